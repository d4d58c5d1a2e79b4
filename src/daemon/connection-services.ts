import type { ConnectionInfo } from "../diagnostics/call-context.ts";
import type { SerializerSets } from "../serializers/serializer-set.ts";

import type { Annotations } from "../wire/message.ts";
import type { WireOptions } from "../wire/wire-options.ts";
import type { FailedCall } from "./daemon-options.ts";
import type { InstanceCache } from "./instances.ts";
import type { ItemStreams } from "./item-streams.ts";
import type { ObjectTable } from "./object-table.ts";

/** What the daemon does with each of its connections. */
export interface ClientConnection {
  /** Takes no more calls, answers those that run, then closes. */
  drain(): void;
  /** Closes at once. */
  destroy(): void;
}

/** What a connection needs of its daemon. */
export interface ConnectionServices {
  readonly objects: ObjectTable;
  readonly instances: InstanceCache;
  readonly streams: ItemStreams;
  readonly serializers: SerializerSets;
  readonly wireOptions: WireOptions | undefined;
  readonly handshakeTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxCallsInFlight: number;
  /** Whether a oneway call is over before the next call of its connection starts. */
  readonly onewayInOrder: boolean;
  /** The daemon's own annotations, for every reply; does not throw. */
  readonly annotations: (() => Annotations | undefined) | undefined;
  /** Hears of methods that failed; does not throw. */
  readonly methodFailed: ((error: Error, call: FailedCall) => void) | undefined;
  validateHandshake(data: unknown, connection: ConnectionInfo): unknown;
  /** A connection or a oneway call failed: nobody else would hear of it. */
  report(error: Error, client: string): void;
  /** A client that was welcomed is gone; does not throw. */
  callerDeparted(connection: ConnectionInfo): void;
  /** Any connection is closed. */
  disconnected(connection: ClientConnection): void;
}
