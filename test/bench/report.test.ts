import { describe, expect, test } from "vitest";
import { parseOptions, UsageError } from "../../bench/lib/options.ts";
import { panelsOf } from "../../bench/lib/panels.ts";
import { choosePeers, type Peer, unknownPatterns } from "../../bench/lib/peers.ts";
import { figures } from "../../bench/lib/readme.ts";
import { compacted, compare } from "../../bench/lib/recorded.ts";
import { report } from "../../bench/lib/report.ts";
import { type Figures, merged, type Results, type Sample } from "../../bench/lib/results.ts";
import { pairedRatio, summarize } from "../../bench/lib/summary.ts";
import { outcomes, type Target } from "../../bench/lib/targets.ts";
import { chosenWorks, type Op } from "../../bench/lib/work.ts";

/** One sample a rate, in rounds 0, 1, 2 ... of a session. */
function samples(peer: string, op: Op, rates: readonly number[], more: Partial<Figures> = {}): Sample[] {
  return rates.map((rate, round) => ({ peer, op, session: 0, round, rate, ...more }));
}

function run(...made: readonly Sample[][]): Results {
  return {
    when: "2026-01-02T03:04:05.000Z",
    machine: { cpu: "some CPU", cores: 2, kernel: "6.1", node: "v26.0.0", python: "Python 3.11.2" },
    extent: "1 sessions × 3 interleaved rounds × 0.4 s",
    peers: [
      { name: "raw-node", title: "raw-node", group: "floor" },
      { name: "node-tcp", title: "Node net server", group: "floor" },
      { name: "ours", title: "pyro-ts", group: "ours" },
      { name: "ours-nsd", title: "pyro-ns", group: "ours" },
      { name: "pyro5-thread-serpent", title: "Pyro5", group: "pyro" },
      { name: "grpc", title: "grpc-js 1.14, unary", group: "rpc" },
    ],
    samples: made.flat(),
    failures: {},
    syscalls: {},
    codecs: {},
  };
}

describe("a summary", () => {
  test("has the median of each figure, and how far the rates lie apart", () => {
    const row = summarize(run(samples("ours", "w1", [40, 10, 30, 20], { p50us: 5 }))).ours?.w1;
    expect(row).toEqual({ n: 4, quiet: 4, rate: 25, lo: 20, hi: 40, p50us: 5 });
  });

  test("leaves disturbed samples out where three quiet ones exist, and only then", () => {
    const loud = samples("ours", "w1", [1, 1], { foreign: 0.9 });
    const three = summarize(run(samples("ours", "w1", [10, 20, 30]), loud)).ours?.w1;
    expect(three).toMatchObject({ n: 5, quiet: 3, rate: 20 });
    const two = summarize(run(samples("ours", "w1", [10, 20]), loud)).ours?.w1;
    expect(two).toMatchObject({ n: 4, quiet: 2, rate: 5.5 });
  });

  test("takes ratios within a round: a slow round of both changes none", () => {
    const results = run(samples("raw-node", "w1", [100, 10, 100]), samples("ours", "w1", [90, 8, 70]));
    expect(summarize(results).ours?.w1?.ratio).toBe(0.8);
    expect(pairedRatio(results.samples, "raw-node", "ours", "w1")).toBe(1.25);
  });

  test("has no ratio where the reference took no part in the round", () => {
    const results = run(samples("raw-node", "w1", [100]), samples("ours", "w1", [50, 90]));
    expect(summarize(results).ours?.w1?.ratio).toBe(0.5);
    expect(summarize(run(samples("ours", "w1", [50]))).ours?.w1).not.toHaveProperty("ratio");
  });

  test("compares nested values with the smallest RPC, starts with a bare server", () => {
    const results = run(
      samples("node-mini", "w4", [10]),
      samples("ours", "w4", [5]),
      samples("node-tcp", "w8", [20]),
      samples("ours-nsd", "w8", [10]),
    );
    expect(summarize(results)).toMatchObject({ ours: { w4: { ratio: 0.5 } }, "ours-nsd": { w8: { ratio: 0.5 } } });
  });

  test("of two runs keeps the rounds of each apart", () => {
    const one = run(samples("raw-node", "w1", [100]), samples("ours", "w1", [50]));
    const two = run(samples("raw-node", "w1", [10]), samples("ours", "w1", [9]));
    const both = merged(one, two);
    expect(both.samples).toHaveLength(4);
    expect(summarize(both).ours?.w1?.ratio).toBeCloseTo(0.7);
  });
});

describe("a target", () => {
  const results = run(
    samples("raw-node", "w2", [100, 100]),
    samples("ours", "w2", [30, 34], { serverUs: 1.5, clientUs: 2.5 }),
    samples("pyro5-thread-serpent", "w2", [1, 2]),
    samples("grpc", "w2", [4, 4]),
    samples("ours", "w5", [1], { perConnKiB: 12 }),
    samples("node-tcp", "w8", [25], { ms: 40 }),
    samples("ours-nsd", "w8", [14], { ms: 70.5 }),
  );
  const ours = { work: "W2", op: "w2", of: "ours" } as const;

  test.for<readonly [string, Target, string, boolean]>([
    ["a ratio", { ...ours, kind: "ratio", to: "raw-node", atLeast: 0.32 }, "0.32", true],
    ["a ratio that is not reached", { ...ours, kind: "ratio", to: "raw-node", atLeast: 0.33 }, "0.32", false],
    ["the best real peer", { ...ours, kind: "ratio", to: "best real peer", atLeast: 8 }, "8.00 (grpc)", true],
    ["CPU of the busier side", { ...ours, kind: "cpu", atMostUs: 2.2 }, "server 1.50, client 2.50", false],
    ["memory", { work: "W5", op: "w5", of: "ours", kind: "memory", atMostKiB: 12 }, "12", true],
    [
      "a start",
      { work: "W8", op: "w8", of: "ours-nsd", kind: "start", to: "node-tcp", atMostMsMore: 30 },
      "71 ms, 31 more",
      false,
    ],
  ])("is %s", ([, target, measured, met]) => {
    expect(outcomes(results, [target])).toMatchObject([{ measured, met }]);
  });

  test("that was not measured is neither met nor missed", () => {
    expect(outcomes(run()).every(({ measured, met }) => measured === "" && met === undefined)).toBe(true);
  });

  test("ends the report", () => {
    expect(report(results)).toContain("| W2 64 in flight | ≥ 0.3 × raw-node | 0.32 | yes |");
  });
});

describe("the check", () => {
  const recorded = compacted(
    run(samples("raw-node", "w1", [100]), samples("ours", "w1", [80]), samples("grpc", "w1", [20])),
  );
  const now = (ours: number, grpc = 20): ReturnType<typeof compare> =>
    compare(
      recorded,
      summarize(run(samples("raw-node", "w1", [50]), samples("ours", "w1", [ours]), samples("grpc", "w1", [grpc]))),
    );

  test("says what fell by more than 15 %, whatever the absolute figures", () => {
    expect(now(33)).toEqual({ compared: 1, fallen: [{ peer: "ours", op: "w1", was: 0.8, now: 0.66 }] });
  });

  test("lets 15 % pass, and all that rose", () => {
    expect(now(34.1).fallen).toEqual([]);
    expect(now(60)).toEqual({ compared: 1, fallen: [] });
  });

  test("does not judge other peers", () => {
    expect(now(40, 1).fallen).toEqual([]);
  });

  test("counts nothing where nothing is in both runs", () => {
    expect(compare(recorded, {})).toEqual({ compared: 0, fallen: [] });
  });
});

describe("the recorded run", () => {
  const recorded = compacted(
    run(
      samples("raw-node", "w3m", [10_000]),
      samples("ours", "w3m", [5_000]),
      samples("grpc", "w3m", [2_500]),
      samples("pyro5-thread-serpent", "w3m", [1_000]),
    ),
  );

  test("holds medians and ratios, no samples", () => {
    expect(recorded.peers["ours"]).toEqual({
      title: "pyro-ts",
      group: "ours",
      works: { w3m: { rate: 5_000, ratio: 0.5 } },
    });
    expect(recorded).not.toHaveProperty("samples");
  });

  test("is a table for people: megabytes a second, and the best of the others", () => {
    expect(figures(recorded)).toContain("| W3 64 KiB bytes, MB/s | 655 | 328 | 0.50 | 66 |  | 164 (grpc-js) |");
    expect(figures(recorded)).not.toContain("W1");
  });

  test("is a chart: a panel a work, the best first", () => {
    const [panel, ...others] = panelsOf(recorded);
    expect(others).toEqual([]);
    expect(panel?.bars.map(({ title, text }) => [title, text])).toEqual([
      ["raw-node", "1.00  (655)"],
      ["pyro-ts", "0.50  (328)"],
      ["grpc-js 1.14, unary", "0.25  (164)"],
      ["Pyro5", "0.10  (66)"],
    ]);
  });
});

describe("what is chosen", () => {
  const peer = (name: string, group: Peer["group"]): Peer => ({
    name,
    title: name,
    group,
    folder: "",
    workloads: ["w1", "w3s", "w3m", "w5"],
    works: [],
  });
  const all = [peer("pyro5-a", "pyro"), peer("pyro5-b", "pyro"), peer("ours", "ours"), peer("abl-x", "ablation")];

  test("are all peers but ablations, or those named", () => {
    expect(choosePeers(all, undefined, undefined).map(({ name }) => name)).toEqual(["pyro5-a", "pyro5-b", "ours"]);
    expect(choosePeers(all, ["pyro5*", "abl-x"], undefined)).toHaveLength(3);
    expect(unknownPatterns(all, ["pyro5*", "pyro6*", "our"])).toEqual(["pyro6*", "our"]);
  });

  test("are works by name or by their first letters", () => {
    expect(chosenWorks(["w1", "w3s", "w3m", "w5"], undefined)).toEqual(["w1", "w1f", "w3s", "w3m", "w5"]);
    expect(chosenWorks(["w1", "w3s", "w3m"], ["w3"])).toEqual(["w3s", "w3m"]);
    expect(chosenWorks(["w1", "w3s", "w3m"], ["w1f", "w3m"])).toEqual(["w1f", "w3m"]);
    expect(choosePeers(all, ["ours"], ["w8"])).toEqual([]);
  });

  test.for<readonly [string, ...string[]]>([
    ["unknown workload w9", "--workloads", "w1,w9"],
    ["--rounds takes a whole number above 0", "--rounds", "1.5"],
    ["--seconds takes a number above 0", "--seconds", "0"],
    ["Unknown option '--fast'", "--fast"],
    ["only a full run is recorded", "--record", "--quick"],
    ["--check goes with no choice", "--check", "--workloads", "w1"],
    ["a name has letters", "--name", "../elsewhere"],
  ])("is refused: %s", ([message, ...args]) => {
    const refused = (): unknown => parseOptions(args);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(message);
  });

  test("is a full run by default, a short one with --quick", () => {
    expect(parseOptions([])).toMatchObject({ mode: "run", plan: { sessions: 3, rounds: 4, seconds: 0.4 } });
    expect(parseOptions(["--quick"])).toMatchObject({ plan: { sessions: 1, rounds: 2, seconds: 0.2 } });
    expect(parseOptions(["--workloads", "W1, codecs"])).toMatchObject({ workloads: ["w1", "codecs"] });
    expect(parseOptions(["--workloads", "w1"]).plan.codecRounds).toBe(0);
  });
});
