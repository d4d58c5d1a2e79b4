import type { Codecs } from "../session/options.ts";
import type { InstanceCache } from "./instances.ts";
import type { ObjectTable } from "./objects.ts";

/** What the daemon does with each of its connections. */
export interface ClientConnection {
  /** Takes no more calls, answers those that run, then closes. */
  drain(): void;
  /** Closes at once. */
  destroy(): void;
}

/** What a connection needs of its daemon. */
export interface Host {
  readonly objects: ObjectTable;
  readonly instances: InstanceCache;
  readonly codecs: Codecs;
  readonly handshakeTimeoutMs: number;
  readonly maxCallsInFlight: number;
  validateHandshake(data: unknown, client: string): unknown;
  /** A connection or a oneway call failed: nobody else would hear of it. */
  report(error: Error, client: string): void;
  disconnected(connection: ClientConnection): void;
}
