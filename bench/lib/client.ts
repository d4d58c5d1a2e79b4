/** What a client under measurement offers, and how its driver is asked: one JSON line each way. */
import type { Buffer } from "node:buffer";
import type { Item } from "./shapes.ts";
import type { Workload } from "./work.ts";

/** What a server printed behind `READY `; the client is given it as it is. */
export interface ServerInfo {
  readonly port?: number;
  readonly uri?: string;
  /** Further processes whose CPU time and memory count as the server's. */
  readonly pids?: readonly number[];
}

/** What came out of one request, before it is made into rates. */
export interface Answer {
  /** How many calls were made in how many seconds. */
  readonly n: number;
  readonly secs: number;
  /** Microseconds of a call: the median, and what one in a hundred exceeds. */
  readonly p50us?: number;
  readonly p99us?: number;
}

export type Request =
  | { readonly op: "check"; readonly workloads: readonly Workload[] }
  | { readonly op: "w1" | "w3s" | "w3m" | "w3l" | "w4" | "w5round"; readonly seconds: number }
  | { readonly op: "w2"; readonly seconds: number; readonly inflight: number }
  | { readonly op: "w7"; readonly seconds: number; readonly items: number }
  | { readonly op: "w5open"; readonly conns: number }
  | { readonly op: "w5close" }
  | { readonly op: "w5hs"; readonly n: number }
  | { readonly op: "w6lookup" | "w6list"; readonly seconds: number; readonly names: number };

/** A loop as a floor measures itself, without promises. `latencies` takes the ms of each call. */
export type Loop = (seconds: number, latencies: Float64Array) => Promise<LoopResult>;

export interface LoopResult {
  readonly n: number;
  readonly secs: number;
  /** How many latencies were kept. */
  readonly kept?: number;
}

/** One connection of a client written for Node. A peer's workloads say which of these it needs. */
export interface BenchClient {
  listContents?(): Promise<Iterable<string>>;
  echoStr?(text: string): Promise<unknown>;
  echoBytes?(bytes: Buffer): Promise<Uint8Array>;
  echoNested?(items: readonly Item[]): Promise<readonly Item[]>;
  /** The numbers 0 to n-1. */
  stream?(n: number): AsyncIterable<unknown>;
  nsLookup?(name: string): Promise<unknown>;
  nsList?(): Promise<object>;
  close(): unknown;
  /** In place of the checks by value, for floors that have no values. */
  check?(): Promise<unknown>;
  readonly loops?: {
    readonly w1?: Loop;
    readonly w2?: (seconds: number, inflight: number) => Promise<LoopResult>;
    readonly w3s?: Loop;
    readonly w3m?: Loop;
    readonly w3l?: Loop;
    readonly w4?: Loop;
  };
}

/** The module of such a client. `fresh` asks for a connection of its own. */
export interface ClientModule {
  connect(info: ServerInfo, options?: { readonly fresh?: boolean }): Promise<BenchClient>;
}
