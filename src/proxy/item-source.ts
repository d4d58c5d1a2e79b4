import { ConnectionClosedError } from "../base/errors.ts";
import { DAEMON_OBJECT_ID } from "../base/pyro-names.ts";
import { NO_KEYWORDS } from "../contract/signature.ts";
import type { ClientSession } from "../session/client-session.ts";
import { type Metadata, parseMetadata } from "../session/metadata.ts";
import { CallSetup, DAEMON_CALL } from "./call-settings.ts";
import type { ProxySettings } from "./proxy-options.ts";
import type { ItemSource } from "./remote-stream.ts";

/** What a stream needs of its proxy: the connection that it has now. */
export interface SessionHolder {
  readonly session: ClientSession | undefined;
  readonly settings: ProxySettings;
}

/** A method of our daemons alone: many items in one reply. Python's daemons do not have it, and are not asked for it. */
const MANY = "get_next_stream_items";

/** Items requested ahead, each with a call. A server in Python is kept busy with far fewer. */
const AHEAD = 64;
/** Items that come many in a reply: half of them are used while the others are on their way; 3 times as fast as 64. */
const AHEAD_IN_BULK = 256;

/** The metadata of the daemon at the other end of a session, requested with the session's first stream. */
const daemons = new WeakMap<ClientSession, { known: Metadata | undefined }>();

function daemonOf(session: ClientSession, setup: CallSetup): { known: Metadata | undefined } {
  let daemon = daemons.get(session);
  if (daemon === undefined) {
    const asked: { known: Metadata | undefined } = { known: undefined };
    daemon = asked;
    daemons.set(session, daemon);
    const told = session
      .call(DAEMON_OBJECT_ID, "get_metadata", [DAEMON_OBJECT_ID], NO_KEYWORDS, setup)
      .then((value) => {
        asked.known = parseMetadata(value);
      });
    told.catch(() => undefined); // without metadata, items are requested one by one
  }
  return daemon;
}

/** The items of a stream, over the connection that the proxy has at the time: the daemon knows the stream by its id. */
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
    return this.#prefetch ?? (this.#many === undefined ? AHEAD : AHEAD_IN_BULK);
  }

  get nextMany(): ItemSource["nextMany"] {
    if (this.#many !== undefined || this.#prefetch === 1 || this.#source.settings.streamInBulk === false)
      return this.#many;
    const { session } = this.#source;
    if (session === undefined) return undefined;
    if (daemonOf(session, this.#setupFor(session)).known?.methods.has(MANY) === true) {
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
    if (session === undefined) return; // the daemon drops it after its linger time
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
