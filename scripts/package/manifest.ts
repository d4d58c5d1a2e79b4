/** The fields of package.json that building and checking the package need. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface Entry {
  /** Its path in `src` and in `dist`, without extension: `index`, `cli/ns`. */
  readonly name: string;
  /** What users write: `pyro-ts`, `pyro-ns`. */
  readonly specifier: string;
  /** A command of `bin`; otherwise a module of `exports`. */
  readonly program: boolean;
}

function nameOf(path: string): string {
  return path.replace(/^\.\/dist\//, "").replace(/\.js$/, "");
}

/** All entries of the package: the modules of `exports` and the programs of `bin`. */
export function entriesOf({ name, exports, bin }: Manifest): readonly Entry[] {
  const modules = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "string"
      ? []
      : [{ name: nameOf(target.default), specifier: `${name}${path.slice(1)}`, program: false }],
  );
  const programs = Object.entries(bin).map(([specifier, path]) => ({ name: nameOf(path), specifier, program: true }));
  return [...modules, ...programs];
}
