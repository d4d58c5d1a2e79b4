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

const LEAVES = "leaves";
const FRONT_DOOR = "front door";
const BELOW_SESSION = [LEAVES, "wire", "serializers", "transport"];
const BELOW_NAMING = [...BELOW_SESSION, "session", "proxy", "daemon"];

/** What each room may import, beside itself. Leaves are the files directly in `src`, all but `index.ts`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  [LEAVES]: [],
  wire: [LEAVES],
  serializers: [LEAVES],
  transport: [LEAVES],
  session: BELOW_SESSION,
  proxy: [...BELOW_SESSION, "session"],
  daemon: [...BELOW_SESSION, "session"],
  naming: BELOW_NAMING,
  [FRONT_DOOR]: [...BELOW_NAMING, "naming"],
  cli: [FRONT_DOOR, LEAVES, "transport", "naming"],
};

/** Rooms that know no socket, and what they would need to open one. */
const WITHOUT_SOCKETS = [LEAVES, "wire", "serializers"];
const SOCKETS = /^node:(net|tls|dgram|http|https|http2)$/;

/** `src/wire/decoder.ts` → wire, `src/limits.ts` → leaves; undefined for what is not under `src`. */
function roomOf(path: string): string | undefined {
  const [top, room, ...rest] = path.split("/");
  if (top !== "src" || room === undefined) return undefined;
  if (rest.length > 0) return room;
  return room === "index.ts" ? FRONT_DOOR : LEAVES;
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

function judgeSource(path: string, room: string, { specifier, target }: Import): string | undefined {
  const allowed = MAY_IMPORT[room];
  if (allowed === undefined) return `${path}: no room is called ${room}`;
  if (specifier.startsWith("#")) return `${path} -> ${specifier}: only services come in by that door`;
  if (SOCKETS.test(specifier) && WITHOUT_SOCKETS.includes(room)) return `${path} -> ${specifier}: knows no socket`;
  if (target === undefined) return undefined;
  const to = roomOf(target);
  return to === room || (to !== undefined && allowed.includes(to)) ? undefined : `${path} -> ${target}`;
}

/** What two services share: a contract lies with the service that keeps it, and draws nothing in with it. */
const CONTRACT = /^services\/[^/]+\/contract\.ts$/;

function judgeService(path: string, { specifier, target }: Import): string | undefined {
  if (specifier === "#pyro") return undefined;
  const own = path.split("/").slice(0, 2).join("/");
  if (specifier.startsWith("#")) return `${path} -> ${specifier}`;
  if (CONTRACT.test(path)) return `${path} -> ${specifier}: a contract needs only the front door`;
  if (target === undefined) return undefined;
  if (target.startsWith(`${own}/`) || target.startsWith("services/shared/") || CONTRACT.test(target)) return undefined;
  return `${path} -> ${target}`;
}

/** Imports that climb: from a room to one that it must not know, from a service into `src`. */
export function climbingImports(sources: Sources): string[] {
  return [...sources].flatMap(([path, source]) => {
    const room = roomOf(path);
    return importsOf(path, source)
      .map((one) => (room === undefined ? judgeService(path, one) : judgeSource(path, room, one)))
      .filter((problem) => problem !== undefined);
  });
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

/** Rooms whose README is missing or longer than `most` lines. `texts` holds all files under `src`. */
export function unexplainedRooms(texts: Sources, most: number): string[] {
  const rooms = new Set([...texts.keys()].map(roomOf).filter((room) => room !== LEAVES && room !== FRONT_DOOR));
  return [...rooms].flatMap((room) => {
    const lines = texts.get(`src/${room}/README.md`)?.trimEnd().split("\n").length;
    if (lines === undefined) return [`src/${room} has no README.md`];
    return lines > most ? [`src/${room}/README.md: ${lines} lines`] : [];
  });
}
