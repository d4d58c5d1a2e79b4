/**
 * The layers of this project as functions over source texts: `test/architecture.test.ts` runs them over the real
 * tree, and over made-up violations.
 */
import { posix } from "node:path";

/** Source texts by path, relative to the repository's root. */
export type Sources = ReadonlyMap<string, string>;

export interface Import {
  readonly specifier: string;
  /** The file that a relative specifier means; undefined for packages. */
  readonly target: string | undefined;
}

const FRONT_DOOR = "front door";
const FOUNDATION = ["base", "bytes", "config", "values", "contract", "diagnostics"];

/** The modules that each module imports beside itself: no others are allowed, and all of these are used. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  bytes: [],
  config: ["base"],
  values: ["base"],
  contract: ["base"],
  diagnostics: ["base", "config"],
  wire: ["base", "bytes"],
  serializers: ["base", "bytes", "values", "contract"],
  transport: ["base", "config", "diagnostics"],
  session: ["base", "bytes", "config", "values", "diagnostics", "wire", "serializers", "transport"],
  proxy: ["base", "config", "values", "contract", "diagnostics", "wire", "serializers", "transport", "session"],
  daemon: [
    "base",
    "bytes",
    "config",
    "values",
    "contract",
    "diagnostics",
    "wire",
    "serializers",
    "transport",
    "session",
  ],
  naming: ["base", "config", "values", "contract", "diagnostics", "wire", "session", "proxy", "daemon"],
  api: ["base", "config", "values", "contract", "session", "proxy", "daemon", "naming"],
  [FRONT_DOOR]: [
    ...["base", "config", "values", "contract", "diagnostics", "serializers", "wire", "transport", "session", "proxy"],
    ...["daemon", "naming", "api"],
  ],
  cli: [FRONT_DOOR, "base", "transport", "api"],
};

/** Modules that know no socket, and what they would need to open one. */
const WITHOUT_SOCKETS = [...FOUNDATION, "wire", "serializers"];
const SOCKETS = /^node:(net|tls|dgram|http|https|http2)$/;

/** `src/wire/decoder.ts` → wire; a loose file is a module that does not exist; undefined for what is not under `src`. */
function moduleOf(path: string): string | undefined {
  const [top, module, ...rest] = path.split("/");
  if (top !== "src" || module === undefined) return undefined;
  return module === "entries" || (rest.length === 0 && module === "index.ts") ? FRONT_DOOR : module;
}

/** All imports of a file, of types too, dynamic ones and re-exports. Formatted, as statements must start their line. */
export function importsOf(path: string, source: string): Import[] {
  const found: Import[] = [];
  const add = (specifier = ""): void => {
    const target = specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : undefined;
    found.push({ specifier, target });
  };
  for (const [, specifier] of source.matchAll(/^(?:import|export)\s+[^"';()=]*?from\s+"([^"]+)"/gm)) add(specifier);
  for (const [, specifier] of source.matchAll(/^import\s+"([^"]+)"/gm)) add(specifier);
  for (const [, specifier] of source.matchAll(/\bimport\(\s*"([^"]+)"/g)) add(specifier);
  return found;
}

/** `node:fs` and `./x.ts` → undefined, `@scope/name/part` → `@scope/name`. */
function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith("node:") || specifier.startsWith(".") || specifier.startsWith("#")) return undefined;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function judgeSource(path: string, module: string, { specifier, target }: Import): string | undefined {
  const allowed = MAY_IMPORT[module];
  if (allowed === undefined) return `${path}: there is no module ${module}`;
  if (specifier.startsWith("#")) return `${path} -> ${specifier}: only services and examples import #pyro`;
  if (SOCKETS.test(specifier) && WITHOUT_SOCKETS.includes(module)) return `${path} -> ${specifier}: knows no socket`;
  if (target === undefined) return undefined;
  const to = moduleOf(target);
  return to === module || (to !== undefined && allowed.includes(to)) ? undefined : `${path} -> ${target}`;
}

/** What two services share: a contract lies with the service that keeps it, and draws nothing in with it. */
const CONTRACT = /^services\/[^/]+\/contract\.ts$/;

function judgeService(path: string, { specifier, target }: Import): string | undefined {
  if (/^#pyro(\/\w+)?$/.test(specifier)) return undefined;
  const own = path.split("/").slice(0, 2).join("/");
  if (specifier.startsWith("#")) return `${path} -> ${specifier}`;
  if (CONTRACT.test(path)) return `${path} -> ${specifier}: a contract needs only the front door`;
  if (target === undefined) return undefined;
  if (target.startsWith(`${own}/`) || target.startsWith("services/shared/") || CONTRACT.test(target)) return undefined;
  return `${path} -> ${target}`;
}

/** Imports that climb: from a module to one above it, from a service into `src`. */
export function climbingImports(sources: Sources): string[] {
  return [...sources].flatMap(([path, source]) => {
    const module = moduleOf(path);
    return importsOf(path, source)
      .map((one) => (module === undefined ? judgeService(path, one) : judgeSource(path, module, one)))
      .filter((problem) => problem !== undefined);
  });
}

/** Arrows of `MAY_IMPORT` that no import needs, as `from -> to`: they would allow what nothing does. */
export function unusedArrows(sources: Sources): string[] {
  const used = new Set(
    [...sources].flatMap(([path, source]) => {
      const from = moduleOf(path);
      return importsOf(path, source).map(({ target }) => `${from} -> ${target === undefined ? "" : moduleOf(target)}`);
    }),
  );
  return Object.entries(MAY_IMPORT)
    .flatMap(([from, allowed]) => allowed.map((to) => `${from} -> ${to}`))
    .filter((arrow) => !used.has(arrow));
}

/** Packages that are imported but would not be there: not among `dependencies`. */
export function undeclaredPackages(sources: Sources, dependencies: readonly string[]): string[] {
  return [...sources].flatMap(([path, source]) =>
    importsOf(path, source)
      .filter(({ specifier }) => {
        const name = packageOf(specifier);
        return name !== undefined && !dependencies.includes(name);
      })
      .map(({ specifier }) => `${path} -> ${specifier}`),
  );
}

/** Files that import each other in a ring, type imports included; each ring once, from where it was met. */
export function importCycles(sources: Sources): string[] {
  const done = new Set<string>();
  const trail: string[] = [];
  const cycles: string[] = [];
  const visit = (path: string): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) cycles.push([...trail.slice(seenAt), path].join(" -> "));
    if (seenAt >= 0 || done.has(path)) return;
    trail.push(path);
    for (const { target } of importsOf(path, sources.get(path) ?? "")) {
      if (target !== undefined && sources.has(target)) visit(target);
    }
    trail.pop();
    done.add(path);
  };
  for (const path of sources.keys()) visit(path);
  return cycles;
}

/** Files of more than `most` lines, but for the tables named in `tables`. */
export function longFiles(sources: Sources, most: number, tables: readonly string[]): string[] {
  return [...sources]
    .map(([path, source]) => ({ path, lines: source.trimEnd().split("\n").length }))
    .filter(({ path, lines }) => lines > most && !tables.includes(path))
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}

/** What an `index.ts` holds beside re-exports and comments. */
export function beyondReexports(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")
    .replace(/^export\s+(?:type\s+)?(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?)\s+from\s+"[^"]+";/gm, "")
    .trim();
}

/** Modules whose README is missing or longer than `most` lines. `texts` holds all files under `src`. */
export function undocumentedModules(texts: Sources, most: number): string[] {
  const modules = new Set(
    [...texts.keys()].map(moduleOf).filter((module) => module !== FRONT_DOOR && module !== "README.md"),
  );
  return [...modules].flatMap((module) => {
    const lines = texts.get(`src/${module}/README.md`)?.trimEnd().split("\n").length;
    if (lines === undefined) return [`src/${module} has no README.md`];
    return lines > most ? [`src/${module}/README.md: ${lines} lines`] : [];
  });
}
