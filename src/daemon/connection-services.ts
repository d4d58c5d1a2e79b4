import type { Environment } from "../base/environment.ts";
import type { ConnectionInfo } from "../diagnostics/call-context.ts";
import type { SerializerSets } from "../serializers/serializer-set.ts";

import type { Annotations } from "../wire/message.ts";
import type { WireOptions } from "../wire/wire-options.ts";
import type { FailedCall } from "./daemon-options.ts";
import type { InstanceCache } from "./instances.ts";
import type { ItemStreams } from "./item-streams.ts";
import type { ObjectTable } from "./object-table.ts";

/** A connection, as its daemon uses it. */
export interface ClientConnection {
  /** Accepts no more calls, answers those that run, then closes. */
  drain(): void;
  /** Closes at once. */
  destroy(): void;
}

/** What a daemon provides to its connections. */
export interface ConnectionServices {
  readonly environment: Environment;
  readonly objects: ObjectTable;
  readonly instances: InstanceCache;
  readonly streams: ItemStreams;
  readonly serializers: SerializerSets;
  readonly wireOptions: WireOptions | undefined;
  readonly handshakeTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxCallsInFlight: number;
  /** Whether a oneway call must have finished before the next call of its connection starts. */
  readonly onewayInOrder: boolean;
  /** The daemon's own annotations, for every reply; does not throw. */
  readonly annotations: (() => Annotations | undefined) | undefined;
  /** Called for methods that failed; does not throw. */
  readonly methodFailed: ((error: Error, call: FailedCall) => void) | undefined;
  validateHandshake(data: unknown, connection: ConnectionInfo): unknown;
  /** Reports a failure that no caller is told of: of a connection, or of a oneway call. */
  report(error: Error, client: string): void;
  /** A caller that got through its handshake is gone; does not throw. */
  callerDeparted(connection: ConnectionInfo): void;
  /** A connection is closed, whether it got through its handshake or not. */
  disconnected(connection: ClientConnection): void;
}
