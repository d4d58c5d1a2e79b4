/** The name server. Settings: PYRO_HOST, PYRO_NS_PORT, PYRO_NATHOST. */

import { PyroError, startNameServer, stopSignal } from "#pyro";
import { locationText } from "#pyro/client";

async function main(): Promise<void> {
  const stopped = stopSignal();
  await using running = await startNameServer({
    onError: (error, client) => console.error(`${client}: ${error.message}`),
  });
  console.log(`NS running on ${locationText(running.daemon.boundLocation)}`);
  console.log(`URI = ${running.uri}`);
  await stopped;
  console.log("NS shut down.");
}

try {
  await main();
} catch (error) {
  console.error(error instanceof PyroError ? `nameserver: ${error.message}` : error);
  process.exitCode = 1;
}
