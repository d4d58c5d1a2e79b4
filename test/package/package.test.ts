import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { entriesOf, type Manifest } from "../../scripts/package/manifest.ts";
import { nodeCheck } from "../../scripts/package/node-check.ts";
import { publishTypes } from "../../scripts/package/publish-types.ts";

const ROOT = join(import.meta.dirname, "../..");

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

const manifest = JSON.parse(textOf("package.json")) as Manifest & {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Runs a file in a folder that is removed afterwards. */
function inFolder<T>(run: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "package-"));
  try {
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a program prints that pretends to be this version, and then imports the check. */
function runCheck(version: string, reaction: "throw" | "exit", other = ""): string {
  return inFolder((folder) => {
    writeFileSync(join(folder, "check.mjs"), nodeCheck(">=22.13", reaction));
    const program = `
      Object.defineProperty(process, "versions", { value: { node: "${version}", ${other} } });
      await import("${pathToFileURL(join(folder, "check.mjs")).href}").then(() => console.log("fine"), (e) => console.log(e.message));`;
    try {
      return execFileSync(process.execPath, ["--input-type=module", "-e", program], {
        encoding: "utf8",
        stdio: "pipe",
      });
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      return `exit ${status}: ${stderr}`;
    }
  });
}

describe("the check of the Node version", () => {
  test.for(["22.13.0", "22.20.1", "24.0.0", "26.10.0"])("accepts Node %s", (version) => {
    expect(runCheck(version, "throw")).toBe("fine\n");
  });

  test.for(["18.20.0", "20.20.2", "22.12.9"])("refuses Node %s, and says what is needed", (version) => {
    const message = `pyro-ts needs Node 22.13 or newer; this is Node ${version}\n`;
    expect(runCheck(version, "throw")).toBe(message);
    expect(runCheck(version, "exit")).toBe(`exit 1: ${message}`);
  });

  test.for(["bun", "deno"])("leaves %s alone, whatever Node it claims to be", (runtime) => {
    expect(runCheck("20.0.0", "throw", `${runtime}: "1.0.0"`)).toBe("fine\n");
  });

  test("needs an `engines` of this form", () => {
    expect(() => nodeCheck("^22.13.0", "throw")).toThrow('engines.node is not ">=MAJOR.MINOR": ^22.13.0');
  });
});

test("README says the Node that `engines` says", () => {
  const [, lowest = "?"] = /^>=(.*)$/.exec(manifest.engines.node) ?? [];
  expect(textOf("README.md")).toContain(`The package needs Node ${lowest} or newer`);
});

test("each entry of the package has its source", () => {
  const names = entriesOf(manifest).map(({ name }) => name);
  expect(names).toContain("index");
  expect(names).toContain("cli/ns");
  for (const name of names) expect(textOf(`src/${name}.ts`)).not.toBe("");
});

test("published declarations name .js files, and only those that an entry needs are kept", () => {
  inFolder((folder) => {
    const files = {
      "index.d.ts": 'export { a } from "./a.ts";\n',
      "a.d.ts": 'export declare const a: import("./b.ts").B;\n',
      "b.d.ts": 'import type { Buffer } from "node:buffer";\nexport type B = Buffer;\n',
      "c.d.ts": 'export { a } from "./a.ts";\n',
    };
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
    publishTypes(folder, ["index.d.ts"]);
    const kept = globSync("*", { cwd: folder }).sort();
    expect(kept).toEqual(["a.d.ts", "b.d.ts", "index.d.ts"]);
    expect(kept.map((path) => readFileSync(join(folder, path), "utf8"))).toEqual([
      'export declare const a: import("./b.js").B;\n',
      files["b.d.ts"],
      '/// <reference types="node" />\nexport { a } from "./a.js";\n',
    ]);
  });
});

describe("workflows", () => {
  const workflows = globSync(".github/workflows/*.yml", { cwd: ROOT }).map((path) => [path, textOf(path)] as const);

  test.for(workflows)("%s is valid, and takes no permission that it does not name", ([, text]) => {
    const document = parseDocument(text);
    expect([...document.errors, ...document.warnings]).toEqual([]);
    const { permissions, jobs } = document.toJS() as {
      permissions: unknown;
      jobs: Record<string, { "timeout-minutes": number; steps: { uses?: string; run?: string }[] }>;
    };
    expect(permissions).toEqual({ contents: "read" });
    for (const job of Object.values(jobs)) {
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
      for (const { uses, run } of job.steps) {
        expect(uses ?? "owner/name@v1").toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
        for (const [, script = ""] of (run ?? "").matchAll(/npm run ([\w:]+)/g)) {
          expect(Object.keys(manifest.scripts)).toContain(script);
        }
      }
    }
  });
});

test("the lock file names no registry", () => {
  const { packages } = JSON.parse(textOf("package-lock.json")) as {
    packages: Record<string, { resolved?: string; link?: boolean }>;
  };
  const resolved = Object.values(packages).filter((one) => one.resolved !== undefined && one.link !== true);
  expect(resolved).toEqual([]);
});
