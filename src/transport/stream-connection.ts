import type { Buffer } from "node:buffer";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TlsInfo } from "../diagnostics/call-context.ts";
import { BorrowedStream } from "./borrowed-stream.ts";
import type { Location } from "./location.ts";
import { tlsInfoOf } from "./tls-listen.ts";
import type { Connection, ConnectionHandlers } from "./transport.ts";

/** Python's Pyro has this in the place of an address for a socket pair. */
const NOT_BOUND: Location = { kind: "unix", path: "<<not-bound>>" };

/** Passes each chunk of bytes to `receive`, without "data" events. */
export type ChunkSource = (receive: (chunk: Buffer) => void) => void;

/** A connection over one of Node's streams: a socket, TLS over one, or any stream that a user provides. */
export class StreamConnection implements Connection {
  readonly keepsWrittenBytes: boolean;
  readonly hasHandshake: boolean;
  readonly #stream: Duplex;
  /** The stream itself, behind a borrowed one. */
  readonly #inner: Duplex;
  readonly #chunks: ChunkSource | undefined;
  readonly #location: Location | undefined;

  /**
   * @param location this side's, where the stream does not know it (Unix sockets).
   * @param chunks where bytes come from, if not from "data" events.
   */
  constructor(stream: Duplex, location?: Location, chunks?: ChunkSource) {
    this.#stream = stream;
    this.hasHandshake = !(stream instanceof BorrowedStream);
    this.#inner = stream instanceof BorrowedStream ? stream.inner : stream;
    // A plain socket writes at once; TLS, and streams of other kinds, later.
    this.keepsWrittenBytes = !(stream instanceof Socket) || "encrypted" in stream;
    this.#location = location;
    this.#chunks = chunks;
  }

  get peerAddress(): string | undefined {
    const { remoteAddress, remotePort } = this.#inner as Partial<Socket>;
    if (!(this.#inner instanceof Socket) || remoteAddress === undefined || remotePort === undefined) return undefined;
    return `${remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
  }

  get localLocation(): Location {
    return this.#location ?? localLocationOf(this.#inner);
  }

  get tls(): TlsInfo | undefined {
    return tlsInfoOf(this.#inner);
  }

  get bufferedBytes(): number {
    return this.#stream.writableLength;
  }

  get needsDrain(): boolean {
    return this.#stream.writableNeedDrain;
  }

  start(handlers: ConnectionHandlers): void {
    const stream = this.#stream;
    const receive = (chunk: Buffer): void => handlers.onData(chunk);
    if (this.#chunks === undefined) stream.on("data", receive);
    else this.#chunks(receive);
    stream.on("end", () => {
      handlers.onEnd();
      if (!stream.writableEnded) stream.end();
    });
    stream.on("error", (error) => handlers.onClose(error));
    stream.on("close", () => handlers.onClose(undefined));
    stream.on("drain", () => handlers.onDrain());
  }

  write(bytes: Uint8Array, onTaken?: () => void): boolean {
    this.#stream.write(bytes, onTaken);
    // Mostly the kernel has it all by now. Other streams may go on reading what they have passed on.
    return !this.keepsWrittenBytes && this.#stream.writableLength === 0;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}

/** This side of a stream: an address, or what Python's Pyro writes for a socket pair. */
export function localLocationOf(stream: Duplex): Location {
  if (!(stream instanceof Socket) || stream.localAddress === undefined || stream.localPort === undefined) {
    return NOT_BOUND;
  }
  return { kind: "tcp", host: stream.localAddress, port: stream.localPort };
}
