/** `npm run docs`: a reference of all entries from their docstrings, in `.cache/docs`. A warning is a failure. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Application } from "typedoc";
import { entriesOf, type Manifest } from "../package/manifest.ts";

const ROOT = join(import.meta.dirname, "../..");

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
const modules = entriesOf(manifest).filter(({ program }) => !program);

const app = await Application.bootstrap({
  name: `pyro-ts ${manifest.version}`,
  entryPoints: modules.map(({ name }) => join(ROOT, "src", `${name}.ts`)),
  tsconfig: join(ROOT, "tsconfig.build.json"),
  out: join(ROOT, ".cache", "docs"),
  readme: join(ROOT, "README.md"),
  highlightLanguages: ["typescript", "javascript", "js", "python", "sh"],
  disableGit: true,
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  treatWarningsAsErrors: true,
  // `api-report.ts` lists what is referenced but not exported.
  validation: { notExported: false, invalidLink: true, invalidPath: false, rewrittenLink: true, notDocumented: true },
  requiredToBeDocumented: ["Variable", "Function", "Class", "Interface", "TypeAlias"],
});
const project = await app.convert();
if (project !== undefined) {
  app.validate(project);
  if (!app.logger.hasErrors() && !app.logger.hasWarnings()) await app.generateOutputs(project);
}
process.exitCode = project === undefined || app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0;
