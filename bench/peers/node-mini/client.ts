import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect as dial, type OnReadOpts } from "node:net";
import type { BenchClient, ServerInfo } from "../../lib/client.ts";
import type { Item } from "../../lib/shapes.ts";
import { ABLATION, openWire } from "./ablations.ts";
import { HEAD_BYTES, Kind } from "./frames.ts";

/** Takes a result; for streams each item, and undefined at the end. */
type Waiting = (value: unknown) => void;

export async function connect({ port }: ServerInfo): Promise<BenchClient> {
  const waiting = new Map<number, Waiting>();
  let nextSequence = 0;
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(65536),
    callback(size, bytes) {
      wire.read(size, bytes as Buffer);
      return true;
    },
  };
  const events = ABLATION === "data";
  const options = { host: "127.0.0.1", port: port ?? 0, noDelay: ABLATION !== "nagle" };
  const socket = dial(events ? options : { ...options, onread });
  const wire = openWire(socket, (bytes, at, end) => {
    const sequence = bytes.readUInt32BE(at + 4);
    const kind = bytes[at + 8];
    const found = waiting.get(sequence) as Waiting;
    const json = (): unknown => JSON.parse(bytes.toString("utf8", at + HEAD_BYTES, end));
    if (kind === Kind.Item || kind === Kind.End) {
      found(kind === Kind.End ? undefined : json());
      return;
    }
    waiting.delete(sequence);
    if (kind === Kind.Json) {
      found(json());
      return;
    }
    // A frame that has its memory for itself needs no copy.
    const whole = at === 0 && end === bytes.length;
    found(whole ? bytes.subarray(HEAD_BYTES) : Buffer.from(bytes.subarray(at + HEAD_BYTES, end)));
  });
  if (events) socket.on("data", (chunk: Buffer) => wire.read(chunk.length, chunk));
  await once(socket, "connect");
  socket.on("error", () => {});

  const call = <T>(...request: unknown[]): Promise<T> => {
    const sequence = nextSequence++;
    return new Promise<T>((resolve) => {
      waiting.set(sequence, resolve as Waiting);
      wire.sendText(sequence, Kind.Json, JSON.stringify(request));
    });
  };

  return {
    listContents: () => call<string[]>("listContents"),
    echoStr: (text) => call("echo", text),
    echoNested: (items) => call<Item[]>("echo", items),
    nsLookup: (name) => call("lookup", name),
    nsList: () => call<object>("list"),
    echoBytes: (bytes) =>
      new Promise<Uint8Array>((resolve) => {
        const sequence = nextSequence++;
        waiting.set(sequence, resolve as Waiting);
        wire.sendDirect(sequence, Kind.Bytes, bytes);
      }),
    async *stream(n) {
      const sequence = nextSequence;
      let queue: unknown[] = [];
      let wake: (() => void) | undefined;
      void call("stream", n);
      waiting.set(sequence, (value) => {
        queue.push(value);
        wake?.();
        wake = undefined;
      });
      try {
        for (;;) {
          if (queue.length === 0) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          const items = queue;
          queue = [];
          for (const item of items) {
            if (item === undefined) return;
            yield item;
          }
        }
      } finally {
        waiting.set(sequence, () => {});
      }
    },
    close: async () => {
      const closed = once(socket, "close");
      socket.end();
      socket.destroySoon();
      await closed;
    },
  };
}
