/** docs/migrating.md, held to what real Pyros offer: each of their public names stands in it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startPython, whyNoPython } from "../support/python.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/migrating.md"), "utf8");

/** What stands in the left column, as code. */
const told = new Set(
  page
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .flatMap((line) => (line.split("|")[1] ?? "").match(/`[^`]+`/g) ?? [])
    .flatMap((code) => code.match(/\w+/g) ?? []),
);

const NAMES = (version: 4 | 5): string => `
import inspect
import ${version === 4 ? "Pyro4 as P, Pyro4.errors as errors, Pyro4.futures as futures" : "Pyro5.api as P, Pyro5.errors as errors"}
names = set(name for name, value in vars(P).items() if not inspect.ismodule(value))
names |= set(name for name, value in vars(errors).items() if inspect.isclass(value) or inspect.isfunction(value))
for one in [P.Proxy, P.Daemon, type(P.current_context)${version === 4 ? ", P.core.DaemonObject, P.Future, futures.FutureResult" : ", P.DaemonObject"}]:
    names |= set(vars(one))
names |= set(vars(P.current_context))
names |= set(P.Proxy._Proxy__pyroAttributes)
print(" ".join(sorted(name for name in names if not name.startswith("_") or name.startswith("_pyro"))))
`;

/** The mark that @expose leaves on a class: nobody's to use. */
const INTERNAL = ["_pyroExposed"];

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("docs/migrating.md and Pyro%i", (version) => {
  test("every public name has its counterpart here, or a reason why it needs none", async () => {
    await using python = await startPython(version, ["-c", NAMES(version)]);
    const [line] = await python.line(/^.*\b_pyroUri\b.*$/);
    const names = line.split(" ").filter((name) => !INTERNAL.includes(name));
    expect(names).toEqual(expect.arrayContaining(["Proxy", "requestLoop", "correlation_id", "NamingError"]));
    expect(names.filter((name) => !told.has(name))).toEqual([]);
  });
});
