import type { Duplex } from "node:stream";
import type { PyroVersion } from "../base/pyro-version.ts";
import type { SerializerName } from "../base/serializer-names.ts";
import type { SerializerSets } from "../serializers/serializer-set.ts";
import type { DialSettings } from "../transport/dial.ts";
import type { WireOptions } from "../wire/wire-options.ts";

/** What a client session is opened with. */
export interface SessionOptions {
  readonly serializers: SerializerSets;
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
