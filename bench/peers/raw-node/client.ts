/** Reads into one buffer, counts bytes and writes the next frame: loops without promises, the shortest that Node has. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect as dial } from "node:net";
import type { BenchClient, Loop, LoopResult, ServerInfo } from "../../lib/client.ts";
import { LIST5, SIZES } from "../../lib/shapes.ts";
import { ECHO, frame, HEAD_BYTES, LIST, REPLY_BYTES, REQUEST_BYTES, repeated } from "./frames.ts";

const MOST_IN_FLIGHT = 64;
const REQUEST = frame(REQUEST_BYTES, LIST, "q");
const REQUESTS = repeated(REQUEST, MOST_IN_FLIGHT);
const now = (): number => performance.now();

export async function connect({ port }: ServerInfo): Promise<BenchClient> {
  let onData: (size: number, buffer: Uint8Array) => void = () => {};
  const onread = {
    buffer: Buffer.allocUnsafeSlow(256 * 1024),
    callback(size: number, buffer: Uint8Array): boolean {
      onData(size, buffer);
      return true;
    },
  };
  const socket = dial({ host: "127.0.0.1", port: port ?? 0, noDelay: true, onread });
  await once(socket, "connect");
  socket.on("error", () => {});

  let answered: (value: readonly string[]) => void = () => {};
  let got = 0;
  const onReply = (size: number): void => {
    got += size;
    if (got !== REPLY_BYTES) return;
    got = 0;
    answered(LIST5);
  };
  const listContents = (): Promise<readonly string[]> =>
    new Promise((resolve) => {
      answered = resolve;
      onData = onReply;
      socket.write(REQUEST);
    });

  /** Sends a frame, waits for as many bytes as come back for it, and so on. */
  const pingPong = (out: Buffer, backBytes: number, into: Buffer | undefined): Loop => {
    return (seconds, latencies) =>
      new Promise<LoopResult>((done) => {
        const started = now();
        const end = started + seconds * 1000;
        let before = started;
        let n = 0;
        let at = 0;
        onData = (size, buffer) => {
          if (into !== undefined) (buffer as Buffer).copy(into, at, 0, size);
          at += size;
          if (at < backBytes) return;
          at = 0;
          const after = now();
          if (n < latencies.length) latencies[n] = after - before;
          n++;
          before = after;
          if (before < end) socket.write(out);
          else done({ n, secs: (before - started) / 1000, kept: Math.min(n, latencies.length) });
        };
        socket.write(out);
      });
  };
  const echo = (op: keyof typeof SIZES): Loop => {
    const size = SIZES[op] + HEAD_BYTES;
    return (seconds, latencies) => pingPong(frame(size, ECHO, 7), size, Buffer.alloc(size))(seconds, latencies);
  };
  const inFlight = (seconds: number, most: number): Promise<LoopResult> =>
    new Promise((done) => {
      const started = now();
      const end = started + seconds * 1000;
      let n = 0;
      let at = 0;
      let out = most;
      onData = (size) => {
        at += size;
        const replies = (at / REPLY_BYTES) | 0;
        at -= replies * REPLY_BYTES;
        n += replies;
        out -= replies;
        if (replies > 0 && now() < end) {
          socket.write(REQUESTS.subarray(0, replies * REQUEST_BYTES));
          out += replies;
        }
        if (out === 0) done({ n, secs: (now() - started) / 1000 });
      };
      socket.write(REQUESTS.subarray(0, most * REQUEST_BYTES));
    });

  return {
    listContents,
    check: listContents,
    close: async () => {
      const closed = once(socket, "close");
      socket.end();
      socket.destroySoon();
      await closed;
    },
    loops: {
      w1: pingPong(REQUEST, REPLY_BYTES, undefined),
      w2: inFlight,
      w3s: echo("w3s"),
      w3m: echo("w3m"),
      w3l: echo("w3l"),
    },
  };
}
