import { CommunicationError, ConnectionClosedError, ProtocolError, TimeoutError } from "../base/errors.ts";
import { logOf } from "../diagnostics/log.ts";
import { loadText } from "../serializers/marshal/marshal.ts";
import { codeOfRefusal } from "../transport/tls-errors.ts";
import type { Connection } from "../transport/transport.ts";
import { pyText } from "../values/py-repr.ts";
import { dictValue } from "../values/python-values.ts";
import type { Dialect } from "../wire/dialect.ts";
import { dialectOf, otherDialect } from "../wire/dialects.ts";
import { type Message, MessageType } from "../wire/message.ts";
import { Channel } from "./channel.ts";
import { ClientSession } from "./client-session.ts";
import type { ConnectRequest } from "./connect-request.ts";
import { connectWithoutHandshake } from "./connect-without-handshake.ts";
import { parseMetadata } from "./metadata.ts";
import { serverVersions } from "./server-versions.ts";

/** The answer to a CONNECT, or what came instead. */
type Answer =
  | { readonly kind: "session"; readonly session: ClientSession }
  | { readonly kind: "other-version"; readonly dialect: Dialect }
  | { readonly kind: "silent"; readonly error: Error };

/**
 * Opens a connection to an object, in the version that the server speaks: the one asked for, else the one remembered, else
 * Pyro5. A server of the other version says so in its refusal and is then asked again in its own version. The version is
 * remembered for the process.
 *
 * @throws {CommunicationError} when there is no connection, or the server rejects the handshake (`connection to LOCATION
 *   rejected: TEXT`).
 * @throws {TimeoutError} when a step takes longer than `timeoutMs`.
 */
export async function connectSession(request: ConnectRequest): Promise<ClientSession> {
  try {
    return await negotiate(request);
  } catch (error) {
    throw await explained(error, request);
  }
}

/** A server that only closes the connection may have a reason that the transport can find out. */
async function explained(error: unknown, request: ConnectRequest): Promise<unknown> {
  const { transport } = request.settings;
  if (!(error instanceof ConnectionClosedError) || request.signal?.aborted === true) return error;
  return (await transport.explainClose?.(request.location, error.cause, request)) ?? error;
}

async function negotiate(request: ConnectRequest): Promise<ClientSession> {
  const { protocol, environment, transport } = request.settings;
  const where = transport.format(request.location);
  const remembered = serverVersions.of(environment).get(where);
  const first = dialectOf(protocol === "auto" ? (remembered ?? 5) : protocol);
  const answer = await attempt(first, request);
  if (answer.kind === "session") return remember(where, answer.session, request);
  if (protocol !== "auto") {
    if (answer.kind === "silent") throw answer.error;
    throw new ProtocolError(`${where} speaks Pyro${answer.dialect.version}, but protocol ${protocol} was asked for`, {
      code: "PYRO_BAD_VERSION",
    });
  }
  // Some servers refuse an unknown version by closing without an answer: the other version is worth a try.
  const second = answer.kind === "other-version" ? answer.dialect : otherDialect(first);
  const again = await attempt(second, request).catch((error: unknown) => {
    throw answer.kind === "silent" ? answer.error : error;
  });
  if (again.kind === "session") return remember(where, again.session, request);
  if (answer.kind === "silent") throw answer.error;
  throw again.kind === "silent" ? again.error : new ProtocolError(`${where} speaks neither Pyro4 nor Pyro5`);
}

function remember(where: string, session: ClientSession, { settings }: ConnectRequest): ClientSession {
  const { version } = session.dialect;
  logOf(settings.environment).write(
    "DEBUG",
    "pyro.session",
    () => `connected to ${where}, which speaks Pyro${version}`,
  );
  serverVersions.of(settings.environment).set(where, version);
  return session;
}

async function attempt(dialect: Dialect, request: ConnectRequest): Promise<Answer> {
  const connection = await request.settings.transport.dial(request.location, request);
  if (connection.hasHandshake) return shakeHands(connection, dialect, request);
  return { kind: "session", session: await connectWithoutHandshake(connection, request) };
}

async function shakeHands(connection: Connection, dialect: Dialect, request: ConnectRequest): Promise<Answer> {
  const { settings, timeoutMs, signal } = request;
  const { environment, serializers, transport } = settings;
  const where = transport.format(request.location);
  const serializer = serializers.forVersion(dialect.version).byName(settings.serializer);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let session: ClientSession | undefined;

  const answered = (message: Message): void => {
    const spoken = channel.dialect as Dialect;
    if (spoken !== dialect) {
      channel.end();
      resolve({ kind: "other-version", dialect: spoken });
    } else if (message.type === MessageType.ConnectFail) {
      // In marshal when the server had not read which serializer the client uses.
      const isMarshal = message.serializerId === spoken.names.serializerIds.marshal;
      const text = isMarshal ? loadText(message.payload) : pyText(serializer.load(message.payload));
      channel.end();
      const code = codeOfRefusal(text) ?? "PYRO_REJECTED";
      reject(new CommunicationError(`connection to ${where} rejected: ${text}`, { code }));
    } else {
      const { handshake, metadata } = parseConnectOk(serializer.load(message.payload), message.flags, dialect);
      session = new ClientSession(request, {
        channel,
        dialect,
        handshake,
        metadata: settings.metadata ? metadata : undefined,
        localAddress: connection.localLocation,
      });
      resolve({ kind: "session", session });
    }
  };
  const channel: Channel = new Channel(
    connection,
    {
      environment,
      limits: serializers.limits,
      wireOptions: settings.wireOptions,
      fallback: dialect,
      accept: [MessageType.ConnectOk, MessageType.ConnectFail],
      peer: where,
    },
    {
      onMessage: (message) => (session === undefined ? answered(message) : session.receive(message)),
      onProtocolError: (error) => (session === undefined ? reject(error) : session.fail(error)),
      onClose: (error) => {
        if (session !== undefined) return session.fail(error);
        const text = `connection to ${where} was closed during the handshake`;
        resolve({ kind: "silent", error: error ?? new ConnectionClosedError(text) });
      },
    },
  );

  const abort = (): void => {
    channel.destroy();
    reject(signal?.reason);
  };
  signal?.addEventListener("abort", abort, { once: true });
  const timer =
    timeoutMs > 0
      ? environment.setTimeout(() => {
          channel.destroy();
          const text = `no answer to the handshake from ${where} within ${timeoutMs} ms`;
          reject(new TimeoutError(text, { code: "PYRO_HANDSHAKE_TIMEOUT" }));
        }, timeoutMs)
      : undefined;
  try {
    channel.send(dialect, {
      type: MessageType.Connect,
      flags: settings.metadata ? dialect.flag.metaOnConnect : 0,
      sequence: request.lastSequence,
      serializerId: serializer.id,
      writePayload: (out) => serializer.dump({ handshake: settings.handshake, object: request.objectId }, out),
    });
    return await promise;
  } catch (error) {
    channel.destroy();
    throw error;
  } finally {
    environment.clearTimer(timer);
    signal?.removeEventListener("abort", abort);
  }
}

function parseConnectOk(
  value: unknown,
  flags: number,
  dialect: Dialect,
): Pick<ClientSession, "handshake" | "metadata"> {
  // A Pyro4 server with METADATA off answers the handshake's value alone.
  if (!dialect.hasMetadata(flags)) {
    return { handshake: value, metadata: undefined };
  }
  const meta = dictValue(value, "meta");
  if (meta === undefined) {
    throw new ProtocolError("the server's CONNECTOK has no metadata", { code: "PYRO_NO_METADATA" });
  }
  return { handshake: dictValue(value, "handshake"), metadata: parseMetadata(meta) };
}
