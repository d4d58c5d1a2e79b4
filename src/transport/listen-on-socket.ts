import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { BorrowedStream } from "./borrowed-stream.ts";
import type { Listener } from "./listen.ts";
import type { Location } from "./location.ts";

/** This side of a connection that somebody opened: an address, or what Python's Pyro writes for a socket pair. */
export function locationOf(socket: Duplex): Location {
  if (!(socket instanceof Socket) || socket.localAddress === undefined || socket.localPort === undefined) {
    return { kind: "unix", path: "<<not-bound>>" };
  }
  return { kind: "tcp", host: socket.localAddress, port: socket.localPort };
}

/** Takes a connection that there is already for all connections that there will be. It is left open in the end. */
export function listenOnSocket(socket: Duplex, onConnection: (stream: Duplex) => void): Listener {
  const stream = new BorrowedStream(socket);
  const over = new Promise<void>((resolve) => {
    if (stream.closed) resolve();
    else stream.on("error", () => undefined).once("close", resolve); // a connection hears of it too
  });
  // Not before the caller has registered its objects: what came so far is read at once.
  setImmediate(() => {
    if (!stream.destroyed) onConnection(stream);
  });
  return {
    location: locationOf(socket),
    close: () => over,
    destroy: () => {
      stream.destroy();
    },
  };
}
