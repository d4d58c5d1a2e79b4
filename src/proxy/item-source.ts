import { ConnectionClosedError } from "../base/errors.ts";
import { DAEMON_OBJECT_ID } from "../base/pyro-names.ts";
import { NO_KEYWORDS } from "../contract/signature.ts";
import type { ClientSession } from "../session/client-session.ts";
import { type Metadata, parseMetadata } from "../session/metadata.ts";
import { CallSetup, DAEMON_CALL } from "./call-settings.ts";
import type { ProxySettings } from "./proxy-options.ts";
import type { ItemSource } from "./remote-stream.ts";

/** The part of a proxy that a stream uses: its current session. */
interface SessionHolder {
  readonly session: ClientSession | undefined;
  readonly settings: ProxySettings;
}

/** A method that returns many items in one reply. Only pyro-ts daemons have it; it is not called on Python daemons. */
const MANY = "get_next_stream_items";

/** Items requested ahead, each with its own call. A Python server needs far fewer to stay busy. */
const PREFETCH = 64;
/** Items requested ahead with many per reply: half is consumed while half is in flight. 3 times as fast as 64. */
const BULK_PREFETCH = 256;

/** The metadata of each session's daemon. It is requested by the first stream of the session. */
const daemonMetadata = new WeakMap<ClientSession, { known: Metadata | undefined }>();

function daemonMetadataOf(session: ClientSession, setup: CallSetup): { known: Metadata | undefined } {
  let metadata = daemonMetadata.get(session);
  if (metadata === undefined) {
    const requested: { known: Metadata | undefined } = { known: undefined };
    metadata = requested;
    daemonMetadata.set(session, metadata);
    session
      .call(DAEMON_OBJECT_ID, "get_metadata", [DAEMON_OBJECT_ID], NO_KEYWORDS, setup)
      .then((value) => {
        requested.known = parseMetadata(value);
      })
      .catch(() => undefined); // without metadata, items are requested one by one
  }
  return metadata;
}

/** Requests the items of a stream from its daemon by stream id, over the current connection of the proxy. */
export class DaemonItemSource implements ItemSource {
  readonly #prefetch: number | undefined;
  readonly #source: SessionHolder;
  readonly #arguments: readonly [id: string];
  #setup: CallSetup | undefined;
  #many: ItemSource["nextMany"];

  constructor(source: SessionHolder, id: string, prefetch: number | undefined) {
    this.#source = source;
    this.#arguments = [id];
    this.#prefetch = prefetch === undefined ? undefined : Math.max(1, prefetch);
  }

  get prefetch(): number {
    return this.#prefetch ?? (this.#many === undefined ? PREFETCH : BULK_PREFETCH);
  }

  get nextMany(): ItemSource["nextMany"] {
    if (this.#many !== undefined || this.#prefetch === 1 || this.#source.settings.streamInBulk === false)
      return this.#many;
    const { session } = this.#source;
    if (session === undefined) return undefined;
    if (daemonMetadataOf(session, this.#setupFor(session)).known?.methods.has(MANY) === true) {
      this.#many = (most) =>
        this.#call(MANY, [...this.#arguments, most]) as ReturnType<NonNullable<ItemSource["nextMany"]>>;
    }
    return this.#many;
  }

  next(): Promise<unknown> {
    return this.#call("get_next_stream_item", this.#arguments);
  }

  close(): void {
    const { session } = this.#source;
    if (session === undefined) return; // the daemon drops the stream after its linger time
    const setup = new CallSetup(session, {}, this.#source.settings, { ...DAEMON_CALL, oneway: true });
    session.call(DAEMON_OBJECT_ID, "close_stream", this.#arguments, NO_KEYWORDS, setup).catch(() => undefined);
  }

  #call(method: string, args: readonly unknown[]): Promise<unknown> {
    const { session } = this.#source;
    if (session === undefined) {
      const text = "the proxy for this stream result has been closed";
      return Promise.reject(new ConnectionClosedError(text, { code: "PYRO_STREAM_CLOSED" }));
    }
    return session.call(DAEMON_OBJECT_ID, method, args, NO_KEYWORDS, this.#setupFor(session));
  }

  #setupFor(session: ClientSession): CallSetup {
    if (this.#setup?.session !== session) {
      this.#setup = new CallSetup(session, {}, this.#source.settings, DAEMON_CALL);
    }
    return this.#setup;
  }
}
