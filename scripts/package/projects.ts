/** Empty projects in which the packed tarball is installed. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runCommand } from "../steps.ts";

export const CACHE: string = join(ROOT, ".cache", "check-package");

/** The packed package; the step "pack" writes it. */
export const TARBALL: string = join(CACHE, "pyro-ts.tgz");

/** What is in the cache of npm is not asked for again. */
const INSTALL = ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];

/** Runs `npm install` in a folder. `packages` are names with versions, or tarballs. */
export async function install(folder: string, packages: readonly string[]): Promise<void> {
  const { ok, output } = await runCommand("npm", [...INSTALL, ...packages], { cwd: folder });
  if (!ok) throw new Error(`npm install ${packages.join(" ")} failed in ${folder}:\n${output}`);
}

/** A new project with these files, the package and further packages installed. Returns its folder. */
export async function makeProject(
  name: string,
  files: Readonly<Record<string, string>>,
  packages: readonly string[] = [],
): Promise<string> {
  const folder = join(CACHE, "projects", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  await install(folder, [TARBALL, ...packages]);
  return folder;
}

/** The packages in `node_modules`, those in scopes too. */
export function installedPackages(folder: string): readonly string[] {
  const modules = join(folder, "node_modules");
  return readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(modules, name)).map((one) => `${name}/${one}`) : [name],
    );
}
