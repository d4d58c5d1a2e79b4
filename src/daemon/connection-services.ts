import type { Environment } from "../base/environment.ts";
import type { ConnectionInfo } from "../diagnostics/call-context.ts";
import type { SerializerSets } from "../serializers/serializer-set.ts";
import type { Annotations } from "../wire/message.ts";
import type { WireOptions } from "../wire/wire-options.ts";
import type { FailedCall } from "./daemon-options.ts";
import type { InstanceCache } from "./instances.ts";
import type { ItemStreams } from "./item-streams.ts";
import type { ObjectTable } from "./object-table.ts";

/** The part of a connection that its daemon uses. */
export interface ClientConnection {
  /** Accepts no more calls, sends the replies of running calls, then closes. */
  drain(): void;
  /** Closes at once. */
  destroy(): void;
}

/** The parts and settings of a daemon that its connections use. */
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
  /** Whether the next call of a connection waits until a oneway call has finished. */
  readonly onewayInOrder: boolean;
  /** The daemon's annotations for every reply; does not throw. */
  readonly annotations: (() => Annotations | undefined) | undefined;
  /** Called when a method throws; does not throw. */
  readonly methodFailed: ((error: Error, call: FailedCall) => void) | undefined;
  validateHandshake(data: unknown, connection: ConnectionInfo): unknown;
  /** Reports an error that no caller receives, such as a connection error or a failed oneway call. */
  report(error: Error, client: string): void;
  /** Called when a client that had completed the handshake has disconnected; does not throw. */
  callerDeparted(connection: ConnectionInfo): void;
  /** Called when a connection is closed, with or without a completed handshake. */
  disconnected(connection: ClientConnection): void;
}
