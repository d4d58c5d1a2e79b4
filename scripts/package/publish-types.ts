import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** A relative specifier with the extension of a source file, in `from "..."` and `import("...")`. */
const SPECIFIER = /(\bfrom\s+|\bimport\(|^import\s+)"(\.{1,2}\/[^"]+)\.ts"/gm;

/** TypeScript 6 and 7 load the types of Node only for those that ask for them. */
const NODE = '/// <reference types="node" />\n';

/**
 * Prepares the declarations that tsc wrote for consumers: specifiers end in `.js`, as tsc keeps `.ts` in declarations;
 * entries load the types of Node; files that no entry needs are removed.
 *
 * @param folder the folder of the declarations
 * @param entries the declarations of the entries, relative to the folder
 */
export function publishTypes(folder: string, entries: readonly string[]): void {
  const needed = new Set<string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (needed.has(path)) continue;
    needed.add(path);
    const text = readFileSync(join(folder, path), "utf8");
    for (const [, , specifier] of text.matchAll(SPECIFIER)) {
      waiting.push(normalize(join(dirname(path), `${specifier}.d.ts`)));
    }
    const head = entries.includes(path) ? NODE : "";
    writeFileSync(join(folder, path), head + text.replace(SPECIFIER, '$1"$2.js"'));
  }
  for (const path of globSync("**/*.d.ts", { cwd: folder })) if (!needed.has(path)) rmSync(join(folder, path));
}
