import { createClient } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { Bench } from "./schema.mjs";

export async function connect({ port }) {
  const baseUrl = `http://127.0.0.1:${port}`;
  const settings = { initialWindowSize: 16 << 20 };
  const sessionManager = new Http2SessionManager(baseUrl, undefined, { settings });
  const transport = createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true, sessionManager });
  const client = createClient(Bench, transport);
  return {
    listContents: async () => (await client.list({})).names,
    echoStr: async (v) => (await client.echoStr({ v })).v,
    echoBytes: async (v) => (await client.echoBytes({ v })).v,
    echoNested: async (items) => (await client.echoNested({ items })).items,
    async *stream(n) {
      for await (const item of client.stream({ n })) yield item.n;
    },
    close: async () => sessionManager.abort(),
  };
}
