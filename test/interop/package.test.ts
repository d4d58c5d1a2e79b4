import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Program } from "../support/program.ts";

const ROOT = join(import.meta.dirname, "../..");

const CODE = `
import { Daemon, expose, proxy } from "pyro-ts";
class Greeter { hello(name) { return "hello " + name; } }
expose(Greeter, { methods: { hello: "hello(name)" } });
const daemon = await Daemon.listen({ host: "127.0.0.1" });
const greeter = proxy(daemon.register(Greeter));
console.log(await greeter.hello("package"));
await daemon.close();
`;

test("the packed package works where it is installed, its types and programs included", async () => {
  const folder = mkdtempSync(join(tmpdir(), "package-"));
  try {
    const name = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
      cwd: ROOT,
      encoding: "utf8",
    });
    const installed = join(folder, "node_modules/pyro-ts");
    mkdirSync(installed, { recursive: true });
    const tarball = join(folder, name.trim().split("\n").at(-1) as string);
    execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
    symlinkSync(join(ROOT, "node_modules/re2js"), join(folder, "node_modules/re2js"));
    writeFileSync(join(folder, "use.mjs"), CODE);
    await using use = Program.node(join(folder, "use.mjs"));
    expect(await use.ends(), use.stderr).toBe(0);
    expect(use.stdout).toBe("hello package\n");

    writeFileSync(
      join(folder, "typed.mts"),
      'import { proxy, type Remote } from "pyro-ts";\n' +
        "interface Greeter { hello(name: string): string }\n" +
        'const greeter: Remote<Greeter> = proxy<Greeter>("PYRO:x@h:1");\n' +
        'export const greeting: Promise<string> = greeter.hello("you");\n',
    );
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const options = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--typeRoots",
      join(ROOT, "node_modules/@types"),
      "--types",
      "node",
    ];
    await using typed = Program.node(tsc, [...options, "typed.mts"], { cwd: folder });
    expect(await typed.ends(), typed.stdout).toBe(0);

    await using nsc = Program.node(join(installed, "dist/cli/nsc.js"), ["-p", "1", "-n", "127.0.0.1", "ping"]);
    expect(await nsc.ends()).toBe(1);
    expect(nsc.stdout).toBe("Error: Failed to locate the nameserver\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
