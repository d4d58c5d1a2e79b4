/** All transports, as the contract tests use them, and an end of a connection that records what happens to it. */
import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Environment, processEnvironment } from "../../src/base/environment.ts";
import { readConfig } from "../../src/config/config.ts";
import type { Location } from "../../src/transport/location.ts";
import { MemoryNetwork } from "../../src/transport/memory-transport.ts";
import { NetTransport, TlsTransport } from "../../src/transport/net-transports.ts";
import { SocketTransport } from "../../src/transport/socket-transport.ts";
import { clientTls, serverTls } from "../../src/transport/tls-options.ts";
import type { Connection, ConnectionHandlers, Listener, Transport } from "../../src/transport/transport.ts";
import { transportItemsOf } from "../../src/transport/transport-config.ts";
import { Authority } from "./certificates.ts";

/** A transport that is tested: both sides of it, and where it listens. */
export interface Wiring extends AsyncDisposable {
  readonly client: Transport;
  readonly server: Transport;
  readonly location: Location;
  /** The client's connection belongs to the user, who closes it. */
  readonly closeByOwner?: () => void;
}

/** Opens a transport whose time-outs come from an environment. */
export type Wire = (environment?: Environment) => Promise<Wiring>;

const ANY = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
const nothing = (): Promise<void> => Promise.resolve();

async function tcp(environment: Environment = processEnvironment): Promise<Wiring> {
  const transport = new NetTransport({ environment });
  return { client: transport, server: transport, location: ANY, [Symbol.asyncDispose]: nothing };
}

async function tls(environment: Environment = processEnvironment): Promise<Wiring> {
  const authority = new Authority("authority");
  const { ssl } = transportItemsOf(readConfig({}));
  const [client, server] = [
    clientTls({ ca: authority.cert, ...authority.issue("client") }, ssl),
    serverTls({ ca: authority.cert, requestCert: true, ...authority.issue("server", { hosts: ["127.0.0.1"] }) }, ssl),
  ];
  if (client === undefined || server === undefined) throw new Error("no TLS");
  const inner = new NetTransport({ environment });
  return {
    client: new TlsTransport(inner, { client }),
    server: new TlsTransport(inner, { server }),
    location: ANY,
    [Symbol.asyncDispose]: nothing,
  };
}

async function unix(environment: Environment = processEnvironment): Promise<Wiring> {
  const folder = mkdtempSync(join(tmpdir(), "pyro-transport-"));
  const transport = new NetTransport({ environment });
  return {
    client: transport,
    server: transport,
    location: { kind: "unix", path: join(folder, "socket") },
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  };
}

/** Two sockets that are connected with each other. */
async function socketPair(): Promise<Wiring> {
  const folder = mkdtempSync(join(tmpdir(), "pyro-pair-"));
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, resolve).listen(join(folder, "socket"));
  await new Promise((listening) => server.once("listening", listening));
  const near = connect({ path: join(folder, "socket"), allowHalfOpen: true });
  const far = await promise;
  const inTurn = (work: () => void): void => void setImmediate(work);
  return {
    client: new SocketTransport(near, inTurn),
    server: new SocketTransport(far, inTurn),
    location: ANY,
    closeByOwner: () => near.end(),
    [Symbol.asyncDispose]: async () => {
      near.destroy();
      far.destroy();
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function memory(environment: Environment = processEnvironment): Promise<Wiring> {
  const network = new MemoryNetwork({ environment });
  return {
    client: network.host("10.0.0.1"),
    server: network.host("10.0.0.2"),
    location: { kind: "tcp", host: "10.0.0.2", port: 0 },
    [Symbol.asyncDispose]: nothing,
  };
}

/** Transports that connect and listen. */
export const NETWORKS: readonly (readonly [string, Wire])[] = [
  ["TCP", tcp],
  ["TLS over TCP", tls],
  ["Unix sockets", unix],
  ["memory", memory],
];
export const TRANSPORTS: readonly (readonly [string, Wire])[] = [...NETWORKS, ["a user's socket", socketPair]];

/** One end of a connection, and all that it reported. */
export class End implements ConnectionHandlers {
  readonly connection: Connection;
  /** "end", "drain" and "close", each time. */
  readonly events: string[] = [];
  bytes = 0;
  readonly #chunks: Buffer[] = [];
  readonly #closed = Promise.withResolvers<void>();
  readonly closed: Promise<void> = this.#closed.promise;
  #starting = true;

  constructor(connection: Connection) {
    this.connection = connection;
    connection.start(this);
    this.#starting = false;
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  onData(chunk: Buffer): void {
    this.#note();
    this.bytes += chunk.length;
    this.#chunks.push(Buffer.from(chunk));
  }

  onEnd(): void {
    this.#note("end");
  }

  onDrain(): void {
    this.#note("drain");
  }

  onClose(): void {
    this.#note("close");
    this.#closed.resolve();
  }

  #note(event?: string): void {
    if (this.#starting) throw new Error("a handler is called before start returns");
    if (event !== undefined) this.events.push(event);
  }
}

/** A connection over a transport: both its ends, and the listener. */
export class Line implements AsyncDisposable {
  readonly wiring: Wiring;
  readonly listener: Listener;
  readonly client: End;
  readonly server: End;

  private constructor(wiring: Wiring, listener: Listener, client: End, server: End) {
    this.wiring = wiring;
    this.listener = listener;
    this.client = client;
    this.server = server;
  }

  static async open(wire: Wire): Promise<Line> {
    const wiring = await wire();
    const { promise, resolve } = Promise.withResolvers<End>();
    const handlers = { onConnection: (one: Connection) => resolve(new End(one)), onError: () => undefined };
    const listener = await wiring.server.listen(wiring.location, handlers);
    const client = new End(await wiring.client.dial(listener.location, { timeoutMs: 10_000 }));
    return new Line(wiring, listener, client, await promise);
  }

  get ends(): readonly (readonly [End, End])[] {
    return [
      [this.client, this.server],
      [this.server, this.client],
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.connection.destroy();
    this.server.connection.destroy();
    await Promise.all([this.client.closed, this.server.closed, this.listener.close()]);
    await this.wiring[Symbol.asyncDispose]();
  }
}
