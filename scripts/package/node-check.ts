/**
 * The first module that each entry of the package imports. It runs on Node versions that are older than the supported
 * ones, so it uses only what these have.
 *
 * @param engines `engines.node` of package.json: `>=22.13`
 * @param reaction `throw` for the library; `exit` for programs, which print the message and exit with code 1
 */
export function nodeCheck(engines: string, reaction: "throw" | "exit"): string {
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines) ?? [];
  if (major === undefined || minor === undefined) throw new Error(`engines.node is not ">=MAJOR.MINOR": ${engines}`);
  const message = `\`pyro-ts needs Node ${major}.${minor} or newer; this is Node \${process.versions.node}\``;
  const reactions = {
    throw: `  throw new Error(${message});`,
    exit: `  console.error(${message});\n  process.exit(1);`,
  };
  return `import process from "node:process";

const [major, minor] = process.versions.node.split(".").map(Number);
// Bun and Deno name a version of Node too, which says little about what they have.
const isNode = process.versions.bun === undefined && process.versions.deno === undefined;
if (isNode && (major < ${major} || (major === ${major} && minor < ${minor}))) {
${reactions[reaction]}
}
`;
}
