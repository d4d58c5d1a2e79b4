/**
 * The smallest honest transport for a framed RPC on net sockets: whole frames in, one write a tick out. It shows where the
 * limit of an RPC in Node is; nobody could use it.
 *
 * A frame: u32be length of the rest, u32be sequence number, u8 kind, body.
 */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";

export const Kind = { Json: 0, Bytes: 1, Item: 2, End: 3 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Bytes before the body. */
export const HEAD_BYTES = 9;
const LENGTH_BYTES = 4;
const OUT_BYTES = 65536;

/** Called with the frame in `bytes[at, end)`, which holds only during the call. */
export type OnFrame = (bytes: Buffer, at: number, end: number) => void;

export class Wire {
  readonly socket: Socket;
  readonly #onFrame: OnFrame;
  /** A frame that the network has cut, and how much of it is there and needed; 0: its length is not known yet. */
  #part: Buffer | undefined;
  #have = 0;
  #need = 0;
  /** What leaves with the next flush is `out[0, used)`. */
  protected out: Buffer = Buffer.allocUnsafeSlow(OUT_BYTES);
  protected used = 0;
  protected queued = false;
  #reading = false;
  protected readonly flushLater = (): void => this.flush();

  constructor(socket: Socket, onFrame: OnFrame) {
    this.socket = socket;
    this.#onFrame = onFrame;
  }

  /** New bytes from the network: `bytes[0, size)`. What their frames have answered leaves in one write. */
  read(size: number, bytes: Buffer): void {
    this.#reading = true;
    this.parse(size, bytes);
    this.#reading = false;
    if (this.used > 0) this.flush();
  }

  protected parse(size: number, bytes: Buffer): void {
    let at = this.#part === undefined ? 0 : this.#complete(this.#part, size, bytes);
    while (at < size) {
      if (size - at >= LENGTH_BYTES) {
        const length = totalBytes(bytes, at);
        if (size - at >= length) {
          this.deliver(bytes, at, at + length);
          at += length;
          continue;
        }
        this.#part = Buffer.allocUnsafeSlow(length);
        this.#need = length;
      } else {
        this.#part = Buffer.allocUnsafeSlow(LENGTH_BYTES);
        this.#need = 0;
      }
      bytes.copy(this.#part, 0, at, size);
      this.#have = size - at;
      at = size;
    }
  }

  protected deliver(bytes: Buffer, at: number, end: number): void {
    this.#onFrame(bytes, at, end);
  }

  /** Adds to the frame that was cut; how much that took. */
  #complete(begun: Buffer, size: number, bytes: Buffer): number {
    let part = begun;
    let at = 0;
    if (this.#have < LENGTH_BYTES) {
      at = Math.min(LENGTH_BYTES - this.#have, size);
      bytes.copy(part, this.#have, 0, at);
      this.#have += at;
      if (this.#have < LENGTH_BYTES) return at;
      this.#need = totalBytes(part, 0);
      part = Buffer.allocUnsafeSlow(this.#need);
      begun.copy(part, 0, 0, LENGTH_BYTES);
      this.#part = part;
    }
    const taken = Math.min(this.#need - this.#have, size - at);
    bytes.copy(part, this.#have, at, at + taken);
    this.#have += taken;
    if (this.#have === this.#need) {
      this.#part = undefined;
      this.deliver(part, 0, this.#need);
    }
    return at + taken;
  }

  /** Sends text as UTF-8. */
  sendText(sequence: number, kind: Kind, text: string): void {
    const at = this.room(HEAD_BYTES + text.length * 3);
    if (at < 0) {
      this.sendBytes(sequence, kind, Buffer.from(text, "utf8"));
      return;
    }
    const size = this.out.write(text, at + HEAD_BYTES, "utf8");
    writeHead(this.out, at, sequence, kind, size);
    this.took(HEAD_BYTES + size);
  }

  /** Sends bytes: small ones with the rest of the tick, large ones as they are. */
  sendBytes(sequence: number, kind: Kind, body: Uint8Array): void {
    const at = this.room(HEAD_BYTES + body.length);
    if (at < 0) {
      this.sendDirect(sequence, kind, body);
      return;
    }
    this.out.set(body, at + HEAD_BYTES);
    writeHead(this.out, at, sequence, kind, body.length);
    this.took(HEAD_BYTES + body.length);
  }

  /** Sends bytes without a copy, behind what is queued. */
  sendDirect(sequence: number, kind: Kind, body: Uint8Array): void {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    writeHead(head, 0, sequence, kind, body.length);
    this.flush();
    this.socket.cork();
    this.socket.write(head);
    this.socket.write(body);
    this.socket.uncork();
  }

  /** Where in `out` so many bytes have room; -1 when they never have. */
  protected room(size: number): number {
    if (size > this.out.length) return -1;
    if (this.used + size > this.out.length) this.flush();
    return this.used;
  }

  /** So many bytes were written where `room` said. */
  protected took(size: number): void {
    this.used += size;
    if (this.queued || this.#reading) return;
    this.queued = true;
    process.nextTick(this.flushLater);
  }

  flush(): void {
    this.queued = false;
    if (this.used === 0) return;
    const bytes = this.used === this.out.length ? this.out : this.out.subarray(0, this.used);
    this.used = 0;
    this.socket.write(bytes);
    // Still being written: leave it alone.
    if (this.socket.writableLength > 0) this.out = Buffer.allocUnsafeSlow(OUT_BYTES);
  }
}

/** How long the frame at `at` is, with its length. */
export function totalBytes(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) + LENGTH_BYTES;
}

function writeHead(bytes: Buffer, at: number, sequence: number, kind: Kind, bodyBytes: number): void {
  bytes.writeUInt32BE(bodyBytes + HEAD_BYTES - LENGTH_BYTES, at);
  bytes.writeUInt32BE(sequence, at + 4);
  bytes[at + 8] = kind;
}
