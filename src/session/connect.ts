import type { Socket } from "node:net";
import { CommunicationError, ConnectionClosedError, ProtocolError, TimeoutError } from "../base/errors.ts";
import { log } from "../diagnostics/log.ts";
import { loadText } from "../serializers/marshal/marshal.ts";
import { dial } from "../transport/dial.ts";
import { type Location, locationText } from "../transport/location.ts";
import { codeOfRefusal, isTlsError, tlsConnectError } from "../transport/tls-errors.ts";
import { findTlsProblem } from "../transport/tls-probe.ts";
import { pyText } from "../values/py-repr.ts";
import { dictValue } from "../values/python-values.ts";
import type { Dialect } from "../wire/dialect.ts";
import { dialectOf, otherDialect } from "../wire/dialects.ts";
import { type Message, MessageType } from "../wire/message.ts";
import { Channel } from "./channel.ts";
import { ClientSession } from "./client-session.ts";
import { connectOverSocket } from "./connect-over-socket.ts";
import { parseMetadata } from "./metadata.ts";
import { serverVersions } from "./server-versions.ts";
import type { SessionOptions } from "./session-options.ts";

/** The answer to a CONNECT, or what stood in its place. */
type Answer =
  | { readonly kind: "session"; readonly session: ClientSession }
  | { readonly kind: "other-version"; readonly dialect: Dialect }
  | { readonly kind: "silent"; readonly error: Error };

/**
 * Opens a connection to `objectId` at `location`, in the version that the server speaks: the one asked for, else the
 * one remembered, else Pyro5. A server of the other version says so in its refusal, and is then asked again in its own
 * words; what it speaks is remembered for the process.
 *
 * @throws {CommunicationError} when there is no connection, or the server rejects the handshake
 *   (`connection to LOCATION rejected: TEXT`); {TimeoutError} when a step takes longer than `timeoutMs`.
 */
export async function connectSession(
  location: Location,
  objectId: string,
  options: SessionOptions,
): Promise<ClientSession> {
  if (options.socket !== undefined) return connectOverSocket(options.socket, location, objectId, options);
  try {
    return await negotiated(location, objectId, options);
  } catch (error) {
    throw await explained(error, location, options);
  }
}

/** Servers that only close the connection may have a reason in TLS. */
async function explained(error: unknown, location: Location, options: SessionOptions): Promise<unknown> {
  if (!(error instanceof ConnectionClosedError) || options.signal?.aborted === true) return error;
  if (isTlsError(error.cause)) return tlsConnectError(location, error.cause, options.dial.tls?.certified ?? false);
  return (await findTlsProblem(location, options.dial, options.timeoutMs)) ?? error;
}

async function negotiated(location: Location, objectId: string, options: SessionOptions): Promise<ClientSession> {
  const where = locationText(location);
  const remembered = serverVersions.get(where);
  const first = dialectOf(options.protocol === "auto" ? (remembered ?? 5) : options.protocol);
  const answer = await attempt(location, objectId, first, options);
  if (answer.kind === "session") return remember(where, answer.session);
  if (options.protocol !== "auto") {
    if (answer.kind === "silent") throw answer.error;
    throw new ProtocolError(
      `${where} speaks Pyro${answer.dialect.version}, but protocol ${options.protocol} was asked for`,
      { code: "PYRO_BAD_VERSION" },
    );
  }
  // Silence is how some servers refuse a version that they do not know: the other one is worth a try.
  const second = answer.kind === "other-version" ? answer.dialect : otherDialect(first);
  const again = await attempt(location, objectId, second, options).catch((error: unknown) => {
    throw answer.kind === "silent" ? answer.error : error;
  });
  if (again.kind === "session") return remember(where, again.session);
  if (answer.kind === "silent") throw answer.error;
  throw again.kind === "silent" ? again.error : new ProtocolError(`${where} speaks neither Pyro4 nor Pyro5`);
}

function remember(where: string, session: ClientSession): ClientSession {
  log("DEBUG", "pyro.session", () => `connected to ${where}, which speaks Pyro${session.dialect.version}`);
  serverVersions.set(where, session.dialect.version);
  return session;
}

async function attempt(
  location: Location,
  objectId: string,
  dialect: Dialect,
  options: SessionOptions,
): Promise<Answer> {
  const { timeoutMs, signal } = options;
  const { socket, onChunk } = await dial(location, { ...options.dial, timeoutMs, signal });
  const where = locationText(location);
  const serializer = options.serializers.forVersion(dialect.version).byName(options.serializer);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let session: ClientSession | undefined;

  const answered = (message: Message): void => {
    const spoken = channel.dialect as Dialect;
    if (spoken !== dialect) {
      channel.end();
      resolve({ kind: "other-version", dialect: spoken });
    } else if (message.type === MessageType.ConnectFail) {
      // Often in marshal although the client spoke another serializer: the server had not got as far as that.
      const marshal = message.serializerId === spoken.names.serializerIds.marshal;
      const text = marshal ? loadText(message.payload) : pyText(serializer.load(message.payload));
      channel.end();
      const code = codeOfRefusal(text) ?? "PYRO_REJECTED";
      reject(new CommunicationError(`connection to ${where} rejected: ${text}`, { code }));
    } else {
      const { handshake, metadata } = parseConnectOk(serializer.load(message.payload), message.flags, dialect);
      session = new ClientSession({
        channel,
        dialect,
        serializer,
        handshake,
        metadata: options.metadata ? metadata : undefined,
        location,
        localAddress: localAddress(socket, location),
        options,
      });
      resolve({ kind: "session", session });
    }
  };
  const channel: Channel = new Channel(
    socket,
    {
      limits: options.serializers.limits,
      wireOptions: options.wireOptions,
      fallback: dialect,
      accept: [MessageType.ConnectOk, MessageType.ConnectFail],
      peer: where,
      onChunk,
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
    reject(options.signal?.reason);
  };
  options.signal?.addEventListener("abort", abort, { once: true });
  const timer =
    options.timeoutMs > 0
      ? setTimeout(() => {
          channel.destroy();
          const text = `no answer to the handshake from ${where} within ${options.timeoutMs} ms`;
          reject(new TimeoutError(text, { code: "PYRO_HANDSHAKE_TIMEOUT" }));
        }, options.timeoutMs)
      : undefined;
  try {
    channel.send(dialect, {
      type: MessageType.Connect,
      flags: options.metadata ? dialect.flag.metaOnConnect : 0,
      sequence: options.lastSequence,
      serializerId: serializer.id,
      writePayload: (out) => serializer.dump({ handshake: options.handshake, object: objectId }, out),
    });
    return await promise;
  } catch (error) {
    channel.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
  }
}

function localAddress(socket: Socket, location: Location): Location {
  if (location.kind === "unix") return location;
  return { kind: "tcp", host: socket.localAddress ?? "", port: socket.localPort ?? 0 };
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
    throw new ProtocolError("the server's CONNECTOK holds no metadata", { code: "PYRO_NO_METADATA" });
  }
  return { handshake: dictValue(value, "handshake"), metadata: parseMetadata(meta) };
}
