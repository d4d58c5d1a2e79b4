/** What was found once stays mended, and a short run of each format: so that neither the readers nor the harness rot. */
import { describe, expect, test } from "vitest";
import { inputOf, outcomeOf, run } from "./engine.ts";
import { inputIn, keptFindings } from "./findings.ts";
import { FORMATS } from "./formats.ts";
import { Problem, refusalCode } from "./judge.ts";

/** Of all formats together. */
const INPUTS = 10_000;
const SEED = 20_261_123;

describe.each(FORMATS.map((format) => [format.name, format] as const))("%s", (name, format) => {
  const findings = [...keptFindings()].filter(([, { format: of }]) => of === name);

  test(`${findings.length} inputs that were found by earlier runs`, { timeout: 60_000 }, async () => {
    const target = await format.open();
    for (const [file, finding] of findings) {
      expect([file, await outcomeOf(target, inputIn(finding))]).toEqual([file, finding.outcome]);
    }
    await target.check?.();
    await target.close?.();
  });

  test("a short run: nothing but results and refusals, enough of both", { timeout: 120_000 }, async () => {
    const target = await format.open();
    const found: string[] = [];
    const to = Math.ceil((INPUTS * format.share) / 1_000);
    const { outcomes } = await run(format, target, {
      seed: SEED,
      from: 0,
      to,
      timed: false,
      onFinding: ({ index, problem }) => found.push(`input ${index}: ${problem.message}`),
    });
    await target.close?.();
    expect(found).toEqual([]);
    const accepted = (outcomes.get("accepted") ?? 0) + (outcomes.get("answered") ?? 0);
    expect(accepted).toBeGreaterThan(to / 20);
    expect(accepted).toBeLessThan(to * 0.95);
  });
});

describe("the harness", () => {
  const [format] = FORMATS;
  if (format === undefined) throw new Error("no formats");

  test("gives the same inputs for the same seed, and others for another", () => {
    const inputs = (seed: number): string[] =>
      Array.from({ length: 50 }, (_, index) => {
        const { bytes, variant } = inputOf(format, format.grammar(), seed, index);
        return `${variant} ${bytes.toString("base64")}`;
      });
    expect(inputs(1)).toEqual(inputs(1));
    expect(inputs(1)).not.toEqual(inputs(2));
    expect(new Set(inputs(1)).size).toBeGreaterThan(45);
  });

  const slip = (): never => (undefined as unknown as { x: { y: number } }).x.y as never;

  test("finds a slip, an error made of one, a reader that differs, and pollution; each once, and as small as it gets", async () => {
    const reader = (input: Buffer): string => {
      if (input.includes("PYRO")) slip();
      return "accepted";
    };
    const found: string[] = [];
    await run(
      format,
      { feed: reader },
      {
        seed: 1,
        from: 0,
        to: 200,
        timed: false,
        onFinding: ({ problem, bytes }) => found.push(`${problem.kind} ${bytes.toString("latin1")}`),
      },
    );
    expect(found).toEqual(["error PYRO"]);
  });

  test("judges errors: only PyroErrors, and none that hides a slip", () => {
    expect(() => refusalCode(new RangeError("x"))).toThrow("not a PyroError: RangeError: x");
    const hidden = Object.assign(new Problem("differs", "d"), {});
    expect(() => refusalCode(hidden)).toThrow(hidden);
  });
});
