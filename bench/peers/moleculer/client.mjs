import { createBroker } from "./broker.mjs";

export async function connect({ clientPort, urls }) {
  const broker = createBroker("client", clientPort, urls);
  await broker.start();
  await broker.waitForServices("bench", 10_000, 50);
  const echo = (v) => broker.call("bench.echo", { v });
  return {
    listContents: () => broker.call("bench.list"),
    echoStr: echo,
    echoNested: echo,
    echoBytes: async (bytes) => Buffer.from(await echo(bytes.toString("base64")), "base64"),
    close: () => broker.stop(),
  };
}
