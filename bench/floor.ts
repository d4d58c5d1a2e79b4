/** The floor: a bare length-prefixed echo over `net`. No protocol, no promises on the server; what Node can do at most. */
import { connect, createServer, type Socket } from "node:net";

/** Calls `onFrame` for each frame of 4 bytes length plus body. Frames cut by the network are put together. */
function frames(socket: Socket, onFrame: (body: Buffer) => void): void {
  let kept: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    let bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    while (bytes.length >= 4) {
      const size = 4 + bytes.readUInt32BE(0);
      if (bytes.length < size) break;
      onFrame(bytes.subarray(4, size));
      bytes = bytes.subarray(size);
    }
    kept = bytes;
  });
}

function framed(body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32BE(body.length, 0);
  frame.set(body, 4);
  return frame;
}

/** One write a tick, as any serious peer does it. */
function batched(socket: Socket): (frame: Buffer) => void {
  let queue: Buffer[] = [];
  return (frame) => {
    if (queue.push(frame) > 1) return;
    process.nextTick(() => {
      socket.write(queue.length === 1 ? (queue[0] as Buffer) : Buffer.concat(queue));
      queue = [];
    });
  };
}

/** Starts the echo server and gives its port. */
export function serveFloor(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer({ noDelay: true }, (socket) => {
      const send = batched(socket);
      frames(socket, (body) => send(framed(body)));
    });
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

/** A client whose `call` echoes the body that a small call of ours has, and gives a promise. */
export async function connectFloor(port: number): Promise<{ call: () => Promise<unknown>; close: () => void }> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await new Promise((resolve) => socket.once("connect", resolve));
  const waiting: ((value: unknown) => void)[] = [];
  let next = 0;
  frames(socket, () => {
    const resolve = waiting[next];
    next++;
    if (next === waiting.length) {
      waiting.length = 0;
      next = 0;
    }
    resolve?.(undefined);
  });
  const body = Buffer.from("['chair','bike','flashlight','laptop','couch']");
  const send = batched(socket);
  return {
    call: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        send(framed(body));
      }),
    close: () => socket.destroy(),
  };
}
