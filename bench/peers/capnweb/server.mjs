import { newWebSocketRpcSession, RpcTarget } from "capnweb";
import { WebSocketServer } from "ws";
import { LIST5 } from "../../lib/shapes.ts";

class Api extends RpcTarget {
  listContents() {
    return LIST5;
  }

  echo(value) {
    return value;
  }

  stream(n) {
    let i = 0;
    const pull = (controller) => {
      if (i < n) controller.enqueue(i++);
      else controller.close();
    };
    return new ReadableStream({ pull }, { highWaterMark: 256 });
  }
}

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" }, () => {
  console.log(`READY ${JSON.stringify({ port: server.address().port })}`);
});
server.on("connection", (socket) => newWebSocketRpcSession(socket, new Api()));
