/** Node's practical floor: net sockets and frames; no serializer, no dispatch, no promises. */
import { Buffer } from "node:buffer";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { ECHO, frame, HEAD_BYTES, LIST, REPLY_BYTES, REQUEST_BYTES, repeated } from "./frames.ts";

const MOST_REPLIES = 1024;
const REPLY = frame(REPLY_BYTES, LIST, "r");
const REPLIES = repeated(REPLY, MOST_REPLIES);

function serve(socket: Socket): void {
  const head = Buffer.alloc(HEAD_BYTES);
  let have = 0; // bytes of the head
  let left = 0; // bytes of the frame still to come
  let echo = false;
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    const size = chunk.length;
    if (have === 0 && left === 0 && size === REQUEST_BYTES && chunk[4] === LIST) {
      socket.write(REPLY);
      return;
    }
    if (have === 0 && size >= HEAD_BYTES && chunk[4] === ECHO) {
      const whole = chunk.readUInt32BE(0) + 4;
      if (whole >= size) {
        left = whole - size;
        echo = true;
        have = left > 0 ? HEAD_BYTES : 0;
        socket.write(chunk);
        return;
      }
    }
    if (echo && left >= size) {
      left -= size;
      socket.write(chunk);
      if (left === 0) have = 0;
      return;
    }
    let lists = 0;
    const flush = (): void => {
      while (lists > 0) {
        const count = Math.min(lists, MOST_REPLIES);
        socket.write(count === 1 ? REPLY : REPLIES.subarray(0, count * REPLY_BYTES));
        lists -= count;
      }
    };
    for (let at = 0; at < size; ) {
      if (have < HEAD_BYTES) {
        const taken = Math.min(HEAD_BYTES - have, size - at);
        chunk.copy(head, have, at, at + taken);
        have += taken;
        at += taken;
        if (have < HEAD_BYTES) break;
        left = head.readUInt32BE(0) - 1;
        echo = head[4] === ECHO;
        if (echo) {
          flush();
          socket.write(Buffer.from(head));
        }
      }
      const taken = Math.min(left, size - at);
      if (echo && taken > 0) socket.write(chunk.subarray(at, at + taken));
      at += taken;
      left -= taken;
      if (left > 0) continue;
      have = 0;
      if (!echo) lists++;
    }
    flush();
  });
}

const server = createServer({ noDelay: true }, serve);
server.listen(0, "127.0.0.1", 1024, () => {
  console.log(`READY ${JSON.stringify({ port: (server.address() as AddressInfo).port })}`);
});
