import { join } from "node:path";

/** This room's folder. */
export const BENCH: string = join(import.meta.dirname, "..");

/** The checkout. */
export const ROOT: string = join(BENCH, "..");

/** Raw results and what is built: kept out of git. */
export const CACHE: string = join(ROOT, ".cache", "bench");

/** Where a peer finds what it runs. */
export interface Places {
  readonly root: string;
  readonly node: string;
  readonly python: string;
  /** For PYTHONPATH: Pyro4 and Pyro5, each with serpent and msgpack. */
  readonly py4: string;
  readonly py5: string;
  /** For what peers compile. */
  readonly build: string;
}

/** The folder with `py4` and `py5`: PYTHON_PEERS, or what `.ci/python-peers .cache/python-peers` makes. */
export const PYTHON_PEERS: string = process.env["PYTHON_PEERS"] ?? join(ROOT, ".cache", "python-peers");

export const PLACES: Places = {
  root: ROOT,
  node: process.execPath,
  // Debian's own, which the packages were made for.
  python: "/usr/bin/python3",
  py4: join(PYTHON_PEERS, "py4"),
  py5: join(PYTHON_PEERS, "py5"),
  build: join(CACHE, "build"),
};
