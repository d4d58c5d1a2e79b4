import type { Duplex } from "node:stream";
import type { Limits } from "../base/limits.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import { checkSerializerNames, type SerializerName } from "../base/serializer-names.ts";
import type { ClassMapper } from "../serializers/class-mapper.ts";
import { SerializerSet, type SerializerSetOptions } from "../serializers/serializer-set.ts";
import type { DialSettings } from "../transport/dial.ts";
import type { WireOptions } from "../wire/wire-options.ts";

/** How values are read and written in a session, for whichever version it turns out to speak. */
export interface SerializerSets {
  readonly limits: Limits;
  forVersion(version: PyroVersion): SerializerSet;
}

/**
 * Serializers of both versions over one way to treat classes; built when first asked for.
 *
 * @throws {SerializeError} code PYRO_SERIALIZER, for names in `accepted` that there are none of.
 */
export function createSerializerSets(
  classes: (version: PyroVersion) => ClassMapper,
  options: Omit<SerializerSetOptions, "version" | "classes">,
): SerializerSets {
  if (options.accepted !== undefined) checkSerializerNames(options.accepted);
  const made = new Map<PyroVersion, SerializerSet>();
  return {
    limits: options.limits,
    forVersion(version) {
      let set = made.get(version);
      if (set === undefined) {
        set = new SerializerSet({ version, classes: classes(version), ...options });
        made.set(version, set);
      }
      return set;
    },
  };
}

/** What a client session is opened with. */
export interface SessionOptions {
  readonly codecs: SerializerSets;
  readonly serializer: SerializerName;
  /** Which Pyro the server is, or "auto" to find out. */
  readonly protocol: "auto" | PyroVersion;
  /** Milliseconds for each step: connect, handshake. 0: no limit of ours. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** How the connection is made: TLS and what else there is below the messages. */
  readonly dial: DialSettings;
  /** Compression and signatures. */
  readonly wireOptions: WireOptions | undefined;
  /** A connection that there is already; it is used as it is, without a handshake, and stays open in the end. */
  readonly socket?: Duplex | undefined;
  /** Handed to the server's handshake validation; Pyro's default is "hello". */
  readonly handshake: unknown;
  /** False: names are not checked before the wire, and a Pyro4 server is not asked for them. */
  readonly metadata: boolean;
  /** The proxy's last sequence number, which goes on across its connections. */
  readonly lastSequence: number;
  readonly onClose: (error: Error | undefined) => void;
}
