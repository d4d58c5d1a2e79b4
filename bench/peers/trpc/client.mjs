import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import WebSocket from "ws";

export async function connect({ port }) {
  const socket = createWSClient({ url: `ws://127.0.0.1:${port}`, WebSocket });
  const client = createTRPCClient({ links: [wsLink({ client: socket })] });
  return {
    listContents: () => client.listContents.query(),
    echoStr: (text) => client.echo.mutate(text),
    echoNested: (items) => client.echo.mutate(items),
    echoBytes: async (bytes) => Buffer.from(await client.echo.mutate(bytes.toString("base64")), "base64"),
    stream: (n) => items((handlers) => client.stream.subscribe(n, handlers)),
    close: () => socket.close(),
  };
}

/** A subscription's items as they come. */
async function* items(subscribe) {
  let queue = [];
  let wake;
  let over = false;
  const end = () => {
    over = true;
    wake?.();
  };
  const onData = (item) => {
    queue.push(item);
    wake?.();
  };
  const subscription = subscribe({ onData, onComplete: end, onStopped: end, onError: end });
  try {
    while (!over || queue.length > 0) {
      if (queue.length === 0) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
      const got = queue;
      queue = [];
      yield* got;
    }
  } finally {
    subscription.unsubscribe();
  }
}
