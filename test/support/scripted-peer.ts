import { Buffer } from "node:buffer";
import { connect } from "node:net";
import type { Location } from "../../src/transport/location.ts";
import { StreamConnection } from "../../src/transport/stream-connection.ts";
import type { Connection, Transport } from "../../src/transport/transport.ts";

/** A peer that sends exactly the bytes it is told to, and keeps what comes back. */
export class ScriptedPeer implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #chunks: Buffer[] = [];
  readonly #waiting = new Set<() => void>();
  #bytes = 0;
  #open = true;
  readonly closed: Promise<void>;

  private constructor(connection: Connection) {
    this.#connection = connection;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    connection.start({
      onData: (chunk) => {
        this.#chunks.push(Buffer.from(chunk));
        this.#bytes += chunk.length;
        for (const check of this.#waiting) check();
      },
      onEnd: () => undefined,
      onDrain: () => undefined,
      onClose: () => {
        this.#open = false;
        resolve();
      },
    });
  }

  /** Over a real socket. */
  static async connect(port: number, host = "127.0.0.1"): Promise<ScriptedPeer> {
    const socket = connect({ host, port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new ScriptedPeer(new StreamConnection(socket));
  }

  /** Over any transport. */
  static async dial(transport: Transport, location: Location): Promise<ScriptedPeer> {
    return new ScriptedPeer(await transport.dial(location, { timeoutMs: 0 }));
  }

  get received(): Buffer {
    if (this.#chunks.length > 1) this.#chunks.splice(0, this.#chunks.length, Buffer.concat(this.#chunks));
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  get open(): boolean {
    return this.#open;
  }

  send(bytes: Uint8Array | string): void {
    this.#connection.write(typeof bytes === "string" ? Buffer.from(bytes, "hex") : bytes);
  }

  /** Stops reading, as a client does that is busy with something else. */
  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  /** Resolves when at least `bytes` are in, or the connection has closed. */
  async receivedAtLeast(bytes: number): Promise<Buffer> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = (): void => {
      if (this.#bytes >= bytes) resolve();
    };
    this.#waiting.add(check);
    check();
    await Promise.race([promise, this.closed]);
    this.#waiting.delete(check);
    return this.received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.destroy();
    await this.closed;
  }
}

export interface RawMessage {
  readonly type: number;
  readonly payload?: Uint8Array | string;
  readonly flags?: number;
  readonly sequence?: number;
  readonly serializer?: number;
  readonly annotations?: Uint8Array;
  /** Lies about the lengths. */
  readonly payloadBytes?: number;
  readonly annotationsBytes?: number;
  readonly check?: number;
}

const bytesOf = (payload: Uint8Array | string | undefined): Buffer => Buffer.from(payload ?? new Uint8Array());

/** A Pyro5 message put together by hand, apart from the code under test. */
export function rawPyro5(message: RawMessage): Buffer {
  const payload = bytesOf(message.payload);
  const annotations = bytesOf(message.annotations);
  const header = Buffer.alloc(40);
  header.write("PYRO", 0, "latin1");
  header.writeUInt16BE(502, 4);
  header[6] = message.type;
  header[7] = message.serializer ?? 1;
  header.writeUInt16BE(message.flags ?? 0, 8);
  header.writeUInt16BE(message.sequence ?? 0, 10);
  header.writeUInt32BE(message.payloadBytes ?? payload.length, 12);
  header.writeUInt32BE(message.annotationsBytes ?? annotations.length, 16);
  header.writeUInt16BE(message.check ?? 0x4dc5, 38);
  return Buffer.concat([header, annotations, payload]);
}

/** A Pyro4 message put together by hand. */
export function rawPyro4(message: RawMessage): Buffer {
  const payload = bytesOf(message.payload);
  const annotations = bytesOf(message.annotations);
  const payloadBytes = message.payloadBytes ?? payload.length;
  const annotationsBytes = message.annotationsBytes ?? annotations.length;
  const { type, flags = 0, sequence = 0, serializer = 1 } = message;
  const header = Buffer.alloc(24);
  header.write("PYRO", 0, "latin1");
  header.writeUInt16BE(48, 4);
  header.writeUInt16BE(type, 6);
  header.writeUInt16BE(flags, 8);
  header.writeUInt16BE(sequence, 10);
  header.writeUInt32BE(payloadBytes, 12);
  header.writeUInt16BE(serializer, 16);
  header.writeUInt16BE(annotationsBytes, 18);
  const sum = (type + 48 + payloadBytes + annotationsBytes + serializer + flags + sequence + 0x34e9) & 0xffff;
  header.writeUInt16BE(message.check ?? sum, 22);
  return Buffer.concat([header, annotations, payload]);
}
