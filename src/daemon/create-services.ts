import type { Environment } from "../base/environment.ts";
import { DEFAULT_LIMITS } from "../base/limits.ts";
import { DEFAULT_HANDSHAKE } from "../base/pyro-names.ts";
import type { Config } from "../config/items.ts";
import { logOf } from "../diagnostics/log.ts";
import { PyroClassMapper } from "../serializers/class-mapper.ts";
import { SerializerSets } from "../serializers/serializer-set.ts";
import type { ProxyMaker } from "../values/proxy-state.ts";
import { wireOptionsOf } from "../wire/wire-options.ts";
import type { ClientConnection, ConnectionServices } from "./connection-services.ts";
import type { DaemonOptions } from "./daemon-options.ts";
import { asError } from "./error-replies.ts";
import { InstanceCache } from "./instances.ts";
import type { ItemStreams } from "./item-streams.ts";
import type { ObjectTable } from "./object-table.ts";
import { callHook } from "./run-periodically.ts";

/** The parts that the daemon creates itself. */
interface DaemonParts {
  readonly environment: Environment;
  readonly makeProxy: ProxyMaker;
  readonly objects: ObjectTable;
  readonly streams: ItemStreams;
  disconnected(connection: ClientConnection): void;
}

/** Creates the services of a daemon from its options and the configuration. */
export function createServices(
  options: DaemonOptions,
  config: Config,
  { makeProxy, ...parts }: DaemonParts,
): ConnectionServices {
  const { annotations, onDisconnect, onMethodError } = options;
  const log = logOf(parts.environment);
  const report = (error: Error, client: string): void => {
    log.write("WARNING", "pyro.daemon", () => `${client}: ${error.name}: ${error.message}`);
    options.onError?.(error, client);
  };
  const hookFailed = (error: unknown): void => report(asError(error), "daemon");
  return {
    ...parts,
    disconnected: (connection) => parts.disconnected(connection),
    instances: new InstanceCache(),
    serializers: new SerializerSets((version) => new PyroClassMapper(version, { unknown: "refuse", makeProxy }), {
      limits: { ...DEFAULT_LIMITS, maxMessageBytes: config.maxMessageSize, ...options.limits },
      lossless: options.lossless ?? false,
      bytesRepr: config.serpentBytesRepr,
      accepted: options.serializers ?? config.serializersAccepted,
    }),
    wireOptions: wireOptionsOf(options.compression ?? config.compression, options.hmacKey),
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? 30_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 0,
    maxCallsInFlight: options.maxCallsInFlight ?? 1_000,
    onewayInOrder: options.oneway === undefined ? !config.onewayThreaded : options.oneway === "ordered",
    annotations:
      typeof annotations === "function" ? () => callHook(annotations, hookFailed) : annotations && (() => annotations),
    methodFailed: onMethodError && ((error, call) => callHook(() => onMethodError(error, call), hookFailed)),
    validateHandshake: options.validateHandshake ?? (() => DEFAULT_HANDSHAKE),
    report,
    callerDeparted: (connection) => {
      parts.streams.callerDeparted(connection);
      callHook(() => onDisconnect?.(connection), hookFailed);
    },
  };
}
