/** The pages that say what of Pyro there is: each line of theirs is held to the tests and to the exports. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as pyro from "#pyro";
import * as client from "#pyro/client";
import * as diagnostics from "#pyro/diagnostics";
import * as naming from "#pyro/naming";
import * as server from "#pyro/server";
import * as values from "#pyro/values";

const ROOT = join(import.meta.dirname, "..");
const page = (name: string): string => readFileSync(join(ROOT, "docs", name), "utf8");

/** The numbers of Pyro's features. */
const FEATURES = [
  ...readFileSync(join(import.meta.dirname, "data/parity-checklist.md"), "utf8").matchAll(/^- (\d+) /gm),
].map(([, number]) => Number(number));
/** Out of scope, as the checklist says. */
const OUT = [26, 53, 108, 116];
/** Pieces of work of their own. */
const LATER = [95, 96, 97, 98, 99, 100, 103, 104, 105, 106, 107];
/** Nothing of theirs goes over the wire, or Python has no counterpart that could be asked. */
const WITHOUT_PEER = [7, 65, 75, 119];

interface Line {
  readonly number: number;
  readonly proof: string;
  readonly against: string;
}

const lines: readonly Line[] = page("parity.md")
  .split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, number = "", , , proof = "", against = ""]) => ({ number: Number(number), proof, against }));

describe("docs/parity.md", () => {
  test("has every line of the checklist, once and in order", () => {
    expect(FEATURES).toHaveLength(119);
    expect(lines.map(({ number }) => number)).toEqual(FEATURES);
  });

  test("leaves out what is left out on purpose, and no more", () => {
    const unproven = lines.filter(({ proof }) => !proof.startsWith("`")).map(({ number }) => number);
    expect(unproven).toEqual([...OUT, ...LATER].toSorted((a, b) => a - b));
  });

  test.each(lines.filter(({ proof }) => proof.startsWith("`")).map((line) => [line.number, line] as const))(
    "line %i has its proof, against real Pyro",
    (number, { proof, against }) => {
      for (const one of proof.split("<br>")) {
        const [, file = "", title = ""] = /^`(test\/[^`]+\.test\.ts)`: (.+)$/.exec(one) ?? [];
        expect(existsSync(join(ROOT, file)), one).toBe(true);
        expect(readFileSync(join(ROOT, file), "utf8"), one).toContain(title);
      }
      if (!WITHOUT_PEER.includes(number)) {
        expect(against).toMatch(/^(4|5|4, 5)$/);
        expect(proof).toMatch(/test\/(interop|containers)\//);
      }
    },
  );
});

test("docs/migrating.md names only what there is", () => {
  const known = new Set([
    ...[pyro, client, diagnostics, naming, server, values].flatMap((entry) => Object.keys(entry)),
    ...Object.getOwnPropertyNames(pyro.Daemon.prototype),
    ...Object.getOwnPropertyNames(Object.getPrototypeOf(pyro.Daemon.prototype)),
    ...Object.getOwnPropertyNames(pyro.Daemon),
    ...Object.getOwnPropertyNames(pyro.URI),
    ...Object.getOwnPropertyNames(pyro.RemoteHandle.prototype),
    // JavaScript's own, and members of the remote object in the examples.
    ..."setTimeout method stream a b is".split(" "),
  ]);
  const rows = page("migrating.md")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|")[2] ?? "");
  const named = rows.flatMap((row) =>
    [...row.matchAll(/`[^`]*`/g)].flatMap(([code]) => [...code.matchAll(/(\w+)\(/g)]),
  );
  const unknown = named.map(([, name = ""]) => name).filter((name) => !known.has(name));
  expect(named.length).toBeGreaterThan(30);
  expect(unknown).toEqual([]);
});
