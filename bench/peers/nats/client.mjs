import { createInbox, connect as dial } from "@nats-io/transport-node";

const OPTIONS = { timeout: 20_000 };

export async function connect({ port }) {
  const connection = await dial({ servers: `127.0.0.1:${port}` });
  const ask = (subject, payload) => connection.request(subject, payload, OPTIONS);
  return {
    listContents: async () => JSON.parse((await ask("list")).string()),
    echoStr: async (text) => (await ask("echo", text)).string(),
    echoBytes: async (bytes) => (await ask("echo", bytes)).data,
    echoNested: async (items) => JSON.parse((await ask("nested", JSON.stringify(items))).string()),
    async *stream(n) {
      const inbox = createInbox();
      const items = connection.subscribe(inbox);
      connection.publish("stream", String(n), { reply: inbox });
      for await (const item of items) {
        if (item.data.length === 0) break;
        yield JSON.parse(item.string());
      }
      items.unsubscribe();
    },
    close: () => connection.close(),
  };
}
