import { Worker } from "node:worker_threads";
import { wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

export async function connect() {
  const worker = new Worker(new URL("server.mjs", import.meta.url));
  const api = wrap(nodeEndpoint(worker));
  return {
    listContents: () => api.listContents(),
    echoStr: (text) => api.echo(text),
    echoBytes: (bytes) => api.echo(bytes),
    echoNested: (items) => api.echo(items),
    close: () => worker.terminate(),
  };
}
