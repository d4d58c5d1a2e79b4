/**
 * The public API as text, from the declarations in `dist`: what each entry exports, sorted, without comments and
 * private members, and the types that these use without being exported. Fails if `etc/pyro-ts.api.md` says something
 * else; `--update` writes it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { entriesOf, type Manifest } from "../package/manifest.ts";

const ROOT = join(import.meta.dirname, "../..");
const DIST = join(ROOT, "dist");
const REPORT = join(ROOT, "etc", "pyro-ts.api.md");

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
const modules = entriesOf(manifest)
  .filter(({ program }) => !program)
  .map(({ name, specifier }) => ({ specifier, path: join(DIST, `${name}.d.ts`) }));

const program = ts.createProgram(
  modules.map(({ path }) => path),
  {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.esnext.disposable.d.ts"],
    types: ["node"],
    strict: true,
  },
);
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

function resolveAlias(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Declarations in `dist`; none for what comes from Node or the language. */
function ownDeclarations(symbol: ts.Symbol): readonly ts.Declaration[] {
  return (symbol.declarations ?? []).filter((one) => {
    const file = relative(DIST, one.getSourceFile().fileName);
    return !file.startsWith("..") && !ts.isSourceFile(one) && !ts.isTypeParameterDeclaration(one);
  });
}

function isPrivate(member: ts.ClassElement): boolean {
  const named = member.name !== undefined && ts.isPrivateIdentifier(member.name);
  return named || (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) !== 0;
}

function withoutPrivate(node: ts.Node): ts.Node {
  if (!ts.isClassDeclaration(node)) return node;
  const members = node.members.filter((member) => !isPrivate(member));
  return ts.factory.updateClassDeclaration(
    node,
    node.modifiers,
    node.name,
    node.typeParameters,
    node.heritageClauses,
    members,
  );
}

/** A declaration with its keyword: the statement of a variable. */
function statementOf(declaration: ts.Declaration): ts.Node {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
}

function textOf(declaration: ts.Declaration): string {
  const node = withoutPrivate(statementOf(declaration));
  return printer.printNode(ts.EmitHint.Unspecified, node, declaration.getSourceFile());
}

/** Top-level symbols of ours that a declaration names. */
function namedIn(declaration: ts.Declaration): ReadonlySet<ts.Symbol> {
  const found = new Set<ts.Symbol>();
  const visit = (node: ts.Node): void => {
    if (ts.isClassElement(node) && isPrivate(node)) return;
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node);
      const target = symbol === undefined ? undefined : resolveAlias(symbol);
      const declared = target === undefined ? undefined : ownDeclarations(target)[0];
      if (target !== undefined && declared !== undefined && ts.isSourceFile(statementOf(declared).parent)) {
        found.add(target);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(statementOf(declaration));
  return found;
}

function block(declarations: readonly ts.Declaration[]): string {
  return `\`\`\`ts\n${declarations.map(textOf).join("\n")}\n\`\`\`\n`;
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

const exported = new Set<ts.Symbol>();
const parts = [
  `# Public API of ${manifest.name}\n`,
  "Written by `npm run check:package -- --update`; `npm run check:package` fails if it is out of date.\n",
];
const counts: string[] = [];
for (const { specifier, path } of modules) {
  const file = program.getSourceFile(path);
  const module = file === undefined ? undefined : checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`${path} exports nothing: npm run build`);
  const names = checker.getExportsOfModule(module).toSorted((one, other) => byText(one.name, other.name));
  parts.push(`## ${specifier}: ${names.length} names\n`);
  counts.push(`${specifier} ${names.length}`);
  for (const name of names) {
    const symbol = resolveAlias(name);
    exported.add(symbol);
    parts.push(`### ${name.name}\n`, block(ownDeclarations(symbol)));
  }
}

/** Found while the sets grow: what a hidden type names is looked at too. */
const hidden = new Set<ts.Symbol>();
for (const symbols of [exported, hidden]) {
  for (const symbol of symbols) {
    for (const declaration of ownDeclarations(symbol)) {
      for (const named of namedIn(declaration)) if (!exported.has(named)) hidden.add(named);
    }
  }
}
parts.push(`## Referenced, not exported: ${hidden.size} names\n`);
for (const symbol of [...hidden].toSorted((one, other) => byText(one.name, other.name))) {
  parts.push(`### ${symbol.name}\n`, block(ownDeclarations(symbol)));
}

const report = parts.join("\n");
const known = existsSync(REPORT) ? readFileSync(REPORT, "utf8") : "";
if (process.argv.includes("--update")) {
  mkdirSync(dirname(REPORT), { recursive: true });
  writeFileSync(REPORT, report);
} else if (report !== known) {
  const [before, now] = [new Set(known.split("\n")), new Set(report.split("\n"))];
  for (const line of before) if (!now.has(line)) console.log(`- ${line}`);
  for (const line of now) if (!before.has(line)) console.log(`+ ${line}`);
  console.log("etc/pyro-ts.api.md is not the public API. If that is intended: npm run check:package -- --update");
  process.exitCode = 1;
}
console.log(`exported: ${counts.join(", ")}; referenced, not exported: ${hidden.size}`);
