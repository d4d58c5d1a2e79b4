import { once } from "node:events";
import { newWebSocketRpcSession } from "capnweb";
import WebSocket from "ws";

export async function connect({ port }) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  const api = newWebSocketRpcSession(socket);
  return {
    listContents: () => api.listContents(),
    echoStr: (text) => api.echo(text),
    // A Buffer is refused; the plain array over the same memory is not.
    echoBytes: (bytes) => api.echo(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)),
    echoNested: (items) => api.echo(items),
    async *stream(n) {
      yield* await api.stream(n);
    },
    async close() {
      const closed = once(socket, "close");
      api[Symbol.dispose]();
      socket.close();
      await closed;
    },
  };
}
