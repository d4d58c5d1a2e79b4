/** What PYRO_LOGLEVEL, PYRO_LOGFILE and PYRO_LOGWIRE log here, beside what they log in Python. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { configure, Daemon, expose, proxy } from "#pyro";
import { type LogEntry, setLogger } from "#pyro/diagnostics";
import { readConfig } from "../../src/config/config.ts";
import { whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

class Echo {
  static {
    expose(this, { methods: ["echo"] });
  }
  echo(value: unknown): unknown {
    return value;
  }
}

afterEach(() => {
  setLogger(undefined);
  configure({ logWire: false, logLevel: "CRITICAL" });
});

const HEADER = (type: number, seq: number): RegExp =>
  new RegExp(`msgtype=${type} flags=0x[0-9a-f]+ ser=1 seq=${seq} num_annotations=\\d+ corr_id=[0-9a-f-]{36}`);

test.skipIf(whyNoPython() !== undefined)("our log of a call says of its messages what Python's own says", async () => {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  try {
    const [theirs, ours] = [join(folder, "theirs.log"), join(folder, "ours.log")];
    configure({ logLevel: "DEBUG", logFile: ours, logWire: true });
    await using daemon = await Daemon.listen();
    const env = { PYRO_LOGLEVEL: "DEBUG", PYRO_LOGFILE: theirs, PYRO_LOGWIRE: "1" };
    await runClient(5, [daemon.register(new Echo())], "show(P.Proxy(uris[0]).echo('hello'))", { env });
    const [written, other] = [readFileSync(ours, "utf8"), readFileSync(theirs, "utf8")];
    for (const [type, seq] of [
      [4, 1],
      [5, 1],
    ] as const) {
      const [mine, python] = [HEADER(type, seq).exec(written)?.[0], HEADER(type, seq).exec(other)?.[0]];
      expect(mine).toBeDefined();
      // The id is made by whoever answers; Python's client logs none that it did not send.
      expect(mine?.replace(/corr_id=.*/, "")).toBe(python?.replace(/corr_id=.*/, ""));
    }
    expect(written).toMatch(
      /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3},pyro\.daemon,INFO\] Pyro\.Daemon bound on localhost:/m,
    );
    expect(written).toContain("'hello'");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("nothing is logged unless it is asked for, and no more than is asked for; a program can take it itself", async () => {
  const entries: LogEntry[] = [];
  setLogger((entry) => entries.push(entry));
  await using daemon = await Daemon.listen();
  await using echo = proxy(daemon.register(new Echo()));
  expect(await echo.echo(1)).toBe(1);
  expect(entries).toEqual([]);
  configure({ logLevel: "INFO", logWire: true });
  await using second = await Daemon.listen();
  expect(await echo.echo(2)).toBe(2);
  expect(entries.map(({ level, name }) => [level, name])).toEqual([["INFO", "pyro.daemon"]]);
  configure({ logLevel: "DEBUG" });
  await using other = proxy(second.register(new Echo()));
  expect(await other.echo("seen")).toBe("seen");
  expect(entries.some(({ name, text }) => name === "pyro.wire" && text.includes("'seen'"))).toBe(true);
  expect(entries.some(({ name }) => name === "pyro.session")).toBe(true);
});

test("a log that cannot be written ends nothing; levels are Python's", async () => {
  setLogger(() => {
    throw new Error("disk full");
  });
  configure({ logLevel: "DEBUG" });
  await using daemon = await Daemon.listen();
  await using echo = proxy(daemon.register(new Echo()));
  expect(await echo.echo(1)).toBe(1);
  expect(() => readConfig({ PYRO_LOGLEVEL: "LOUD" })).toThrow("PYRO_LOGLEVEL=LOUD");
});
