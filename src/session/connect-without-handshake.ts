import { TimeoutError } from "../base/errors.ts";
import { DAEMON_OBJECT_ID } from "../base/pyro-names.ts";
import type { Connection } from "../transport/transport.ts";
import { dialectOf } from "../wire/dialects.ts";
import { MessageType } from "../wire/message.ts";
import { Channel } from "./channel.ts";
import { ClientSession } from "./client-session.ts";
import type { ConnectRequest } from "./connect-request.ts";
import { parseMetadata } from "./metadata.ts";

/**
 * A session over a connection that the user made, Pyro's `connected_socket` (`Pyro5 5.15, client.py`). There is no
 * handshake, so the version is not detected, and metadata is asked for by a call.
 *
 * @throws {ConnectionClosedError} when the connection closes before the metadata has come.
 * @throws {TimeoutError} when the metadata does not come in time.
 */
export async function connectWithoutHandshake(connection: Connection, request: ConnectRequest): Promise<ClientSession> {
  const { settings, timeoutMs, signal } = request;
  const dialect = dialectOf(settings.protocol === "auto" ? 5 : settings.protocol);
  const channel: Channel = new Channel(
    connection,
    {
      environment: settings.environment,
      limits: settings.serializers.limits,
      wireOptions: settings.wireOptions,
      fallback: dialect,
      accept: [MessageType.Result, MessageType.Ping],
      peer: "the given socket",
    },
    {
      onMessage: (message) => session.receive(message),
      onProtocolError: (error) => session.fail(error),
      onClose: (error) => session.fail(error),
    },
  );
  const session = new ClientSession(request, {
    channel,
    dialect,
    handshake: undefined,
    metadata: undefined,
    localAddress: connection.localLocation,
  });
  if (!settings.metadata) return session;
  try {
    const options = { timeoutMs, signal, oneway: false };
    const metadata = await session.call(DAEMON_OBJECT_ID, "get_metadata", [request.objectId], {}, options);
    session.metadata = parseMetadata(metadata);
    return session;
  } catch (error) {
    session.close();
    if (settings.protocol !== "auto" || !(error instanceof TimeoutError)) throw error;
    // A Pyro4 daemon ignores what it does not understand, and waits for more.
    const text = `${error.message}; if the other end is Pyro4, set the proxy's option protocol: 4`;
    throw new TimeoutError(text, { cause: error });
  }
}
