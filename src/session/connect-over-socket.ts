import type { Duplex } from "node:stream";
import { ConnectionClosedError, TimeoutError } from "../base/errors.ts";
import { BorrowedStream } from "../transport/borrowed-stream.ts";
import { locationOf } from "../transport/listen-on-socket.ts";
import type { Location } from "../transport/location.ts";
import { dialectOf } from "../wire/dialects.ts";
import { MessageType } from "../wire/message.ts";
import { Channel } from "./channel.ts";
import { ClientSession } from "./client-session.ts";
import { parseMetadata } from "./metadata.ts";
import type { SessionOptions } from "./session-options.ts";

/**
 * A session over a connection that the user made, Pyro's `connected_socket` (`Pyro5 5.15, client.py`): there is no
 * handshake, so nobody says which version is spoken, and metadata is asked for by a call.
 *
 * @throws {ConnectionClosedError} when the connection is closed, or closes before the metadata is there.
 * @throws {TimeoutError} when the metadata does not come in time.
 */
export async function connectOverSocket(
  socket: Duplex,
  location: Location,
  objectId: string,
  options: SessionOptions,
): Promise<ClientSession> {
  if (socket.destroyed || !socket.writable) {
    throw new ConnectionClosedError("the socket that the proxy was given is closed; make a new proxy with another");
  }
  const dialect = dialectOf(options.protocol === "auto" ? 5 : options.protocol);
  const serializer = options.serializers.forVersion(dialect.version).byName(options.serializer);
  const peer = "the given socket";
  const channel: Channel = new Channel(
    new BorrowedStream(socket),
    {
      limits: options.serializers.limits,
      wireOptions: options.wireOptions,
      fallback: dialect,
      accept: [MessageType.Result, MessageType.Ping],
      peer,
    },
    {
      onMessage: (message) => session.receive(message),
      onProtocolError: (error) => session.fail(error),
      onClose: (error) => session.fail(error),
    },
  );
  const session = new ClientSession({
    channel,
    dialect,
    serializer,
    handshake: undefined,
    metadata: undefined,
    location,
    localAddress: locationOf(socket),
    options,
  });
  if (!options.metadata) return session;
  const asked = { timeoutMs: options.timeoutMs, signal: options.signal, oneway: false };
  try {
    session.metadata = parseMetadata(await session.call("Pyro.Daemon", "get_metadata", [objectId], {}, asked));
    return session;
  } catch (error) {
    session.close();
    if (options.protocol !== "auto" || !(error instanceof TimeoutError)) throw error;
    // A Pyro4 daemon passes over what it does not understand, and waits for more.
    const text = `${error.message}; if Pyro4 is at the other end, give the proxy protocol: 4`;
    throw new TimeoutError(text, { cause: error });
  }
}
