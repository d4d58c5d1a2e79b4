/** The worker is the server: it lives in the client's process, so its CPU time is counted there. */
import { isMainThread, parentPort } from "node:worker_threads";

if (isMainThread) {
  console.log("READY {}");
  setInterval(() => {}, 1 << 30);
} else {
  const { expose } = await import("comlink");
  const { default: nodeEndpoint } = await import("comlink/dist/esm/node-adapter.mjs");
  const { LIST5 } = await import("../../lib/shapes.ts");
  expose({ listContents: () => LIST5, echo: (value) => value }, nodeEndpoint(parentPort));
}
