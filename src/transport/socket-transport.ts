import type { Duplex } from "node:stream";
import { ConnectionClosedError } from "../base/errors.ts";
import { BorrowedStream } from "./borrowed-stream.ts";
import { type Location, locationText } from "./location.ts";
import { localLocationOf, StreamConnection } from "./stream-connection.ts";
import type { Connection, DialOptions, Listener, ListenHandlers, Transport } from "./transport.ts";

/**
 * One connection that the user made, Pyro's `connected_socket`: both dialling and listening use it. It stays open when
 * its proxy or daemon is done with it, because whoever opened it closes it.
 */
export class SocketTransport implements Transport {
  readonly #socket: Duplex;
  readonly #setImmediate: (work: () => void) => void;

  constructor(socket: Duplex, setImmediate: (work: () => void) => void) {
    this.#socket = socket;
    this.#setImmediate = setImmediate;
  }

  format(location: Location): string {
    return locationText(location);
  }

  /** The connection leads to its peer, whatever the text is. */
  parse(_text: string): Location {
    return localLocationOf(this.#socket);
  }

  /** @throws {ConnectionClosedError} when the socket is closed. */
  async dial(_location: Location, _options: DialOptions): Promise<Connection> {
    if (this.#socket.destroyed || !this.#socket.writable) {
      throw new ConnectionClosedError("the proxy's socket is closed; make a new proxy with another socket");
    }
    return new StreamConnection(new BorrowedStream(this.#socket));
  }

  async listen(_location: Location, handlers: ListenHandlers): Promise<Listener> {
    const stream = new BorrowedStream(this.#socket);
    const ended = new Promise<void>((resolve) => {
      if (stream.closed) resolve();
      else stream.on("error", () => undefined).once("close", resolve); // the connection reports the error
    });
    // Not before the caller has registered its objects: what has arrived is read at once.
    this.#setImmediate(() => {
      if (!stream.destroyed) handlers.onConnection(new StreamConnection(stream));
    });
    return {
      location: localLocationOf(this.#socket),
      close: () => ended,
      destroy: () => {
        stream.destroy();
      },
      ended,
    };
  }
}
