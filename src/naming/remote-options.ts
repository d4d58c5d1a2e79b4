import { config } from "../config.ts";
import { DEFAULT_LIMITS, type Limits } from "../limits.ts";
import type { RemoteOptions, Resolver } from "../proxy/remote-object.ts";
import type { PyroVersion } from "../pyro-version.ts";
import type { SerializerName } from "../serializer-names.ts";
import { createClassCodec } from "../serializers/classes.ts";
import { type Codecs, createCodecs } from "../session/options.ts";

export interface ProxyOptions {
  /** Milliseconds a call may take, connecting included; 0: no limit. Default: PYRO_COMMTIMEOUT, else 0. */
  readonly timeoutMs?: number;
  /** Default: PYRO_SERIALIZER, else serpent. */
  readonly serializer?: SerializerName;
  /** Which Pyro the server is. Default "auto": found out with the first connection, and remembered. */
  readonly protocol?: "auto" | PyroVersion;
  /** Handed to the server's handshake validation. Default "hello", as in Pyro. */
  readonly handshake?: unknown;
  readonly limits?: Partial<Limits>;
  /** Read floats as PyFloat and dicts as Map, so that a value sent back is the very same in Python. Default false. */
  readonly lossless?: boolean;
}

const codecs = (limits: Partial<Limits>, lossless: boolean): Codecs =>
  createCodecs((version) => createClassCodec(version, { unknown: "keep" }), {
    limits: { ...DEFAULT_LIMITS, maxMessageBytes: config.maxMessageSize, ...limits },
    lossless,
    bytesRepr: config.serpentBytesRepr,
  });
let usual: Codecs | undefined;

/** A proxy's options, completed from the configuration. */
export function remoteOptions(options: ProxyOptions, resolve: Resolver): RemoteOptions {
  const special = options.limits !== undefined || options.lossless === true;
  usual ??= codecs({}, false);
  return {
    codecs: special ? codecs(options.limits ?? {}, options.lossless ?? false) : usual,
    resolve,
    serializer: options.serializer ?? config.serializer,
    protocol: options.protocol ?? "auto",
    timeoutMs: options.timeoutMs ?? config.commTimeoutMs,
    handshake: options.handshake ?? "hello",
  };
}
