import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PyroError, RemoteError } from "#pyro";
import { formatTraceback } from "#pyro/diagnostics";
import { Program } from "../support/program.ts";
import { startPython, whyNoPython } from "../support/python.ts";

const ROOT = join(import.meta.dirname, "../..");

test("docs/errors.md explains every code that the library raises, and no other", () => {
  const page = readFileSync(join(ROOT, "docs/errors.md"), "utf8");
  const explained = new Set(page.match(/(?<=`)PYRO_[A-Z_]+(?=`)/g));
  const raised = new Set(
    globSync("src/**/*.ts", { cwd: ROOT }).flatMap((file) =>
      [...readFileSync(join(ROOT, file), "utf8").matchAll(/"(PYRO_[A-Z_]+)"/g)].map(([, code = ""]) => code),
    ),
  );
  expect([...explained].toSorted()).toEqual([...raised].toSorted());
});

test("a remote error knows Python's class tree and prints as Python does", () => {
  const error = new RemoteError("KeyError", ["couch"]);
  expect(String(error)).toBe("KeyError: 'couch'");
  expect([error.is("KeyError"), error.is("LookupError"), error.is("Exception"), error.is("ValueError")]).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(new RemoteError("ZeroDivisionError", []).is("ArithmeticError")).toBe(true);
  expect(new RemoteError("exceptions.IOError", []).is("OSError")).toBe(true);
  expect(new RemoteError("FileNotFoundError", [2, "No such file"]).message).toBe("[Errno 2] No such file");
  expect(new RemoteError("my.module.Own", [1, "x"])).toMatchObject({ name: "Own", message: "(1, 'x')" });
  expect(new RemoteError("my.module.Own", []).is("Exception")).toBe(false);
});

const HOOKED = `
import { RemoteError } from "#pyro";
import { installExceptHook } from "#pyro/diagnostics";
installExceptHook();
const error = new RemoteError("ValueError", ["no couch"]);
error.remoteTraceback = "Traceback (most recent call last):\\n  File \\"x.py\\", line 1\\nValueError: no couch\\n";
throw error;
`;

test("the hook prints the remote traceback in Pyro's frame, and ends the program with 1", async () => {
  await using program = new Program(process.execPath, ["--input-type=module-typescript", "-e", HOOKED], { cwd: ROOT });
  expect(await program.ends()).toBe(1);
  expect(program.stderr).toMatch(
    /^ValueError: no couch\n {4}at [\s\S]*\n \+--- This exception occured remotely \(Pyro\) - Remote traceback:\n \| Traceback \(most recent call last\):\n \| {3}File "x\.py", line 1\n \| ValueError: no couch\n \+--- End of remote traceback\n$/,
  );
});

test.skipIf(whyNoPython() !== undefined)("the frame is the one that Python's own hook draws", async () => {
  const remote = ["Traceback (most recent call last):\n", '  File "x.py", line 1\n', "ValueError: no couch\n"];
  const code = `
import Pyro5.errors
try:
    error = ValueError("no couch")
    error._pyroTraceback = ${JSON.stringify(remote)}
    raise error
except ValueError as x:
    print("".join(Pyro5.errors.get_pyro_traceback(type(x), x, x.__traceback__)), end="")
print("over")
`;
  await using python = await startPython(5, ["-c", code], { until: /^over$/ });
  const theirs = python.lines.join("\n");
  const error = new PyroError("no couch");
  error.remoteTraceback = remote.join("");
  const frame = (text: string): string => text.slice(text.indexOf(" +---"), text.indexOf("End of remote traceback"));
  expect(frame(formatTraceback(error))).toBe(frame(theirs));
  expect(frame(theirs)).toContain("ValueError: no couch");
});
