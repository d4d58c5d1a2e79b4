/** node-mini with one design choice taken away, by the name in ABL: what that choice is worth. */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { type OnFrame, totalBytes, Wire } from "./frames.ts";

/** The choice that is taken away in this process; undefined for none. */
export const ABLATION: string | undefined = process.env["ABL"];

class OneWriteAFrame extends Wire {
  protected override took(size: number): void {
    this.used += size;
    this.flush();
  }
}

class FlushInImmediate extends Wire {
  protected override took(size: number): void {
    this.used += size;
    if (this.queued) return;
    this.queued = true;
    setImmediate(this.flushLater);
  }
}

/** A buffer for each frame, corked for the tick, in place of one buffer for all. */
class Corked extends Wire {
  protected override room(size: number): number {
    if (size > 65536) return -1;
    this.out = Buffer.allocUnsafe(size);
    return 0;
  }

  protected override took(size: number): void {
    if (!this.queued) {
      this.queued = true;
      this.socket.cork();
      process.nextTick(() => {
        this.queued = false;
        this.socket.uncork();
      });
    }
    this.socket.write(size === this.out.length ? this.out : this.out.subarray(0, size));
  }

  override flush(): void {}
}

/** The usual first parser: append every chunk, cut frames off the front. */
class Concatenated extends Wire {
  #kept: Buffer = Buffer.alloc(0);

  protected override parse(size: number, bytes: Buffer): void {
    this.#kept = Buffer.concat([this.#kept, bytes.subarray(0, size)]);
    while (this.#kept.length >= 4) {
      const length = totalBytes(this.#kept, 0);
      if (this.#kept.length < length) break;
      const frame = this.#kept.subarray(0, length);
      this.#kept = this.#kept.subarray(length);
      this.deliver(frame, 0, length);
    }
  }
}

const WIRES: Readonly<Record<string, typeof Wire>> = {
  nobatch: OneWriteAFrame,
  immediate: FlushInImmediate,
  writev: Corked,
  concat: Concatenated,
};

/** The wire of this process. */
export function openWire(socket: Socket, onFrame: OnFrame): Wire {
  return new (WIRES[ABLATION ?? ""] ?? Wire)(socket, onFrame);
}
