/** The peers: what one is, where it lies, and which of them take part. */
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Need } from "./needs.ts";
import { BENCH, type Places } from "./places.ts";
import type { ProbeName } from "./probes.ts";
import { chosenWorks, type Work, type Workload } from "./work.ts";

/**
 * `floor`: shows a limit, nobody could use it. `ours`: pyro-ts at both ends; `mixed`: at one, Python at the other. `pyro`
 * and `rpc`: the real peers. `ablation`: a floor with one choice taken away, only when asked for.
 */
export type Group = "floor" | "ours" | "mixed" | "pyro" | "rpc" | "ablation";

/** A program and its arguments; it runs in the peer's folder. */
export type Command = readonly [program: string, ...args: string[]];

export interface PeerSpec {
  readonly name: string;
  /** For tables and the chart, 30 characters at most. */
  readonly title: string;
  readonly group: Group;
  /** One variant of several: in the tables, not in the chart. */
  readonly variant?: boolean;
  readonly workloads: readonly Workload[];
  /** What it cannot run without. */
  readonly needs?: readonly Need[];
  /** Run when the file `makes` is missing or older than the file `from` in the peer's folder. */
  readonly build?: { readonly command: Command; readonly makes: string; readonly from: string };
  /** Listens on 127.0.0.1, prints one line `READY {json}` and serves until SIGTERM. */
  readonly server?: Command;
  /** The JSON of the server's line is the last argument of an `exec` client. */
  readonly client?:
    | { readonly driver: "node" | "python"; readonly module: string }
    | { readonly driver: "exec"; readonly command: Command };
  readonly env?: Readonly<Record<string, string>>;
  /** Items of one stream in W7; default 100,000. */
  readonly streamItems?: number;
  /** The server's work is done in the client's process, which therefore is never held to one core alone. */
  readonly oneProcess?: boolean;
  /** For W8: `{port}` in the arguments is a free port; the probe tells when the program gives its first answer. */
  readonly startup?: { readonly command: Command; readonly probe: ProbeName };
}

/** The default export of a peer's `peer.ts`. */
export type DefinePeers = (places: Places) => PeerSpec | readonly PeerSpec[];

/** A peer that takes part, with the works it is to do. */
export interface Peer extends PeerSpec {
  readonly folder: string;
  readonly works: readonly Work[];
}

/** All peers in `peers/`, in the order of their folders. */
export async function loadPeers(places: Places): Promise<Peer[]> {
  const files = globSync("peers/*/peer.ts", { cwd: BENCH }).sort();
  const peers = await Promise.all(
    files.map(async (file) => {
      const path = join(BENCH, file);
      const { default: define } = (await import(pathToFileURL(path).href)) as { default: DefinePeers };
      const specs = [define(places)].flat() as PeerSpec[];
      return specs.map((spec) => ({ ...spec, folder: dirname(path), works: chosenWorks(spec.workloads, undefined) }));
    }),
  );
  return peers.flat();
}

/** The names in `patterns` (`ours`, `pyro5*`) that no peer has. */
export function unknownPatterns(peers: readonly PeerSpec[], patterns: readonly string[]): string[] {
  return patterns.filter((pattern) => !peers.some((peer) => matches(peer.name, pattern)));
}

/** The peers that match a pattern (without patterns: all but ablations) and have something to do. */
export function choosePeers(
  peers: readonly Peer[],
  patterns: readonly string[] | undefined,
  words: readonly string[] | undefined,
): Peer[] {
  return peers
    .filter((peer) =>
      patterns === undefined ? peer.group !== "ablation" : patterns.some((one) => matches(peer.name, one)),
    )
    .map((peer) => ({ ...peer, works: chosenWorks(peer.workloads, words) }))
    .filter((peer) => peer.works.length > 0);
}

function matches(name: string, pattern: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
