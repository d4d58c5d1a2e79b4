import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  beyondReexports,
  climbingImports,
  importCycles,
  importsOf,
  longFiles,
  MAY_IMPORT,
  type Sources,
  undeclaredPackages,
  undocumentedModules,
  unusedArrows,
} from "./support/architecture.ts";

const ROOT = join(import.meta.dirname, "..");
const MOST_LINES = 300;
const MOST_README_LINES = 25;

/** Tables read best in one piece, however long. */
const TABLES: readonly string[] = [];

/** Everything that is committed or about to be. */
const FILES = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: ROOT })
  .toString()
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(ROOT, path)));

function texts(pattern: RegExp): Sources {
  return new Map(
    FILES.filter((path) => pattern.test(path)).map((path) => [path, readFileSync(join(ROOT, path), "utf8")]),
  );
}

function made(files: Record<string, string>): Sources {
  return new Map(Object.entries(files));
}

const SOURCES = texts(/^(src|services)\/.*\.ts$/);

describe("this tree", () => {
  test("is there: the checks below look at real files", () => {
    expect(SOURCES.size).toBeGreaterThan(20);
    expect([...SOURCES].flatMap(([path, source]) => importsOf(path, source)).length).toBeGreaterThan(50);
  });

  test("modules import only the modules below them, services only the front door", () => {
    expect(climbingImports(SOURCES)).toEqual([]);
  });

  test("the allowed imports between modules are those that are used: at most 80", () => {
    expect(unusedArrows(SOURCES)).toEqual([]);
    expect(Object.values(MAY_IMPORT).flat().length).toBeLessThanOrEqual(80);
    expect(Object.keys(MAY_IMPORT).length).toBeLessThanOrEqual(21);
  });

  test("no files import each other in a ring", () => {
    expect(importCycles(SOURCES)).toEqual([]);
  });

  test("library and services use only packages that are installed with them", () => {
    const dependenciesOf = (folder: string): string[] => {
      const manifest = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as {
        dependencies: Record<string, string>;
      };
      return Object.keys(manifest.dependencies);
    };
    const library = dependenciesOf(".");
    const image = [...library, ...dependenciesOf("services/image")];
    const imported = new Set(
      [...SOURCES].flatMap(([path, source]) => importsOf(path, source)).map(({ specifier }) => specifier),
    );
    expect(undeclaredPackages(texts(/^src\/.*\.ts$/), library)).toEqual([]);
    expect(undeclaredPackages(SOURCES, image)).toEqual([]);
    expect(image.filter((name) => !imported.has(name))).toEqual([]);
  });

  test("scripts/hosts carries any Compose file: it imports nothing of the library, nor of the services", () => {
    const imported = [...texts(/^scripts\/hosts.*\.ts$/)].flatMap(([path, source]) => importsOf(path, source));
    expect(imported.length).toBeGreaterThan(50);
    expect(imported.filter(({ specifier }) => /^#pyro|\/(src|services)\//.test(specifier))).toEqual([]);
  });

  test(`no file has more than ${MOST_LINES} lines, but for tables`, () => {
    expect(longFiles(new Map([...SOURCES, ...texts(/^scripts\/.*\.ts$/)]), MOST_LINES, TABLES)).toEqual([]);
    expect(TABLES.filter((path) => !SOURCES.has(path))).toEqual([]);
  });

  test("the entries only re-export", () => {
    const fronts = [...SOURCES].filter(([path]) => /^src\/(entries\/\w+|index)\.ts$/.test(path));
    expect(fronts.map(([path, source]) => [path, beyondReexports(source)])).toEqual(fronts.map(([path]) => [path, ""]));
  });

  test(`each module has a README.md of at most ${MOST_README_LINES} lines`, () => {
    expect(undocumentedModules(texts(/^src\//), MOST_README_LINES)).toEqual([]);
  });

  test("no file names a path of the machine it was written on", () => {
    const workshop = new RegExp(`(?<![\\w.~-])/(?:${["work", "tmp/w"].join("|")})/`);
    const naming = [...texts(/\.(ts|js|json|py|md|ya?ml|sh|pem|cnf)$|Dockerfile/)].flatMap(([path, text]) =>
      text.split("\n").flatMap((line, index) => (workshop.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
    );
    expect(naming).toEqual([]);
  });
});

describe("a violation is found", () => {
  test.for<readonly [string, string]>([
    ["src/base/limits.ts", 'import { x } from "../wire/message.ts";'],
    ["src/base/limits.ts", 'import type { x } from "../wire/message.ts";'],
    ["src/base/limits.ts", 'import { x } from "../index.ts";'],
    ["src/base/limits.ts", 'import { connect } from "node:net";'],
    ["src/wire/decoder.ts", 'import {\n  one,\n  two,\n} from "../serializers/json.ts";'],
    ["src/wire/decoder.ts", 'import "node:tls";'],
    ["src/serializers/json.ts", 'export { x } from "../wire/message.ts";'],
    ["src/serializers/serpent/parser.ts", 'import { x } from "../../wire/message.ts";'],
    ["src/transport/dial.ts", 'import type { Message } from "../wire/message.ts";'],
    ["src/session/channel.ts", 'import { x } from "../daemon/daemon.ts";'],
    ["src/proxy/proxy.ts", 'import type { Daemon } from "../daemon/daemon.ts";'],
    ["src/daemon/daemon.ts", 'import { proxy } from "../proxy/proxy.ts";'],
    ["src/daemon/daemon.ts", 'const late = await import("../proxy/proxy.ts");'],
    ["src/daemon/daemon.ts", 'import { x } from "../naming/client.ts";'],
    ["src/naming/client.ts", 'import { x } from "../index.ts";'],
    ["src/naming/client.ts", 'import { x } from "../api/serve.ts";'],
    ["src/values/uri.ts", 'import { x } from "../config/config.ts";'],
    ["src/limits.ts", 'import { x } from "./wire/message.ts";'],
    ["src/cli/main.ts", 'import { x } from "../wire/message.ts";'],
    ["src/cli/main.ts", 'import { x } from "#pyro";'],
    ["src/cli/main.ts", 'import { x } from "../../services/client/main.ts";'],
    ["src/index.ts", 'export * from "./cli/main.ts";'],
    ["src/wire/decoder.ts", 'import { x } from "../../test/wire/feed.ts";'],
    ["src/utils/text.ts", 'import { x } from "node:path";'],
    ["services/client/main.ts", 'import { x } from "../../src/index.ts";'],
    ["services/warehouse/contract.ts", 'import { stock } from "./stock.ts";'],
    ["services/client/main.ts", 'import type { Stock } from "../warehouse/stock.ts";'],
    ["services/client/main.ts", 'import { x } from "#wire";'],
  ])("%s: %j", ([path, source]) => {
    expect(climbingImports(made({ [path]: source }))).toHaveLength(1);
  });

  test.for<readonly [string, string]>([
    ["src/wire/decoder.ts", 'import { Buffer } from "node:buffer";\nimport { x } from "../base/limits.ts";'],
    ["src/session/channel.ts", 'import type { Duplex } from "node:stream";\nimport { x } from "../wire/decoder.ts";'],
    ["src/index.ts", 'export { proxy } from "./proxy/proxy.ts";\nexport type { Limits } from "./base/limits.ts";'],
    ["src/cli/main.ts", 'import { x } from "../index.ts";\nimport { y } from "../api/serve.ts";'],
    ["src/wire/decoder.ts", '/**\n * import { proxy } from "#pyro";\n */'],
    ["services/client/main.ts", 'import { proxy } from "#pyro";\nimport { visit } from "./visit.ts";'],
    ["services/client/main.ts", 'import { type Warehouse, warehouseContract } from "../warehouse/contract.ts";'],
    ["services/warehouse/contract.ts", 'import { type Contract, contract } from "#pyro";'],
    ["services/client/main.ts", 'import { settings } from "../shared/settings.ts";'],
  ])("but not in %s: %j", ([path, source]) => {
    expect(climbingImports(made({ [path]: source }))).toEqual([]);
  });

  test("an allowed import that nothing needs", () => {
    const sources = made({ "src/config/a.ts": 'import { x } from "../base/a.ts";' });
    expect(unusedArrows(sources)).not.toContain("config -> base");
    expect(unusedArrows(sources)).toContain("values -> base");
  });

  test("a ring of imports, through types too", () => {
    const ring = made({
      "src/a.ts": 'import { b } from "./b.ts";',
      "src/b.ts": 'import type { c } from "./c.ts";',
      "src/c.ts": 'export { a } from "./a.ts";',
      "src/d.ts": 'import { a } from "./a.ts";',
    });
    expect(importCycles(ring)).toEqual(["src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts"]);
    expect(importCycles(made({ "src/a.ts": 'import { b } from "./b.ts";', "src/b.ts": "" }))).toEqual([]);
  });

  test("a package that is not a dependency", () => {
    const sources = made({
      "src/a.ts": 'import { RE2JS } from "re2js";\nimport fc from "fast-check";\nimport x from "@scope/name/part";',
    });
    expect(undeclaredPackages(sources, ["re2js"])).toEqual(["src/a.ts -> fast-check", "src/a.ts -> @scope/name/part"]);
    expect(undeclaredPackages(sources, ["re2js", "fast-check", "@scope/name"])).toEqual([]);
  });

  test("a long file, unless it is a table", () => {
    const sources = made({ "src/a.ts": "x\n".repeat(301), "src/b.ts": "x\n".repeat(300) });
    expect(longFiles(sources, 300, [])).toEqual(["src/a.ts: 301 lines"]);
    expect(longFiles(sources, 300, ["src/a.ts"])).toEqual([]);
  });

  test("code in an index.ts", () => {
    const exports =
      '/** Front door. */\nexport {\n  a,\n  type B,\n} from "./a.ts";\n// more\nexport * as c from "./c.ts";\n';
    expect(beyondReexports(exports)).toBe("");
    expect(beyondReexports(`${exports}export const d = 1;\n`)).toBe("export const d = 1;");
    expect(beyondReexports('import { a } from "./a.ts";\na();')).not.toBe("");
  });

  test("a module without a README, or with a long one", () => {
    const texts = made({
      "src/a.ts": "",
      "src/wire/a.ts": "",
      "src/cli/a.ts": "",
      "src/cli/README.md": "x\n".repeat(26),
    });
    expect(undocumentedModules(texts, 25)).toEqual([
      "src/a.ts has no README.md",
      "src/wire has no README.md",
      "src/cli/README.md: 26 lines",
    ]);
  });
});
