/** Sends values of all kinds and shows what came back, as Python would print it. */

import { proxy, RemoteError, tuple } from "#pyro";
import { PyFloat, pyRepr } from "#pyro/values";
import type { Echo } from "./server.ts";

const VALUES: Record<string, unknown> = {
  nothing: null,
  "a boolean": true,
  "an integer": 42,
  "a large integer": 2n ** 70n,
  "a float": 1.5,
  "a whole float": new PyFloat(3),
  text: "it's 23 °C",
  bytes: Uint8Array.of(1, 128, 255),
  "a list": [1, [2, [3]]],
  "a tuple": tuple(1, "two", 3.5),
  "a set": new Set(["one"]),
  "a dict": { name: "Ann", sizes: [1, 2] },
};

await using echo = proxy<Echo>(process.argv[2] ?? "", { lossless: true });
for (const [name, value] of Object.entries(VALUES)) {
  console.log(`${name}: ${pyRepr(await echo.echo(value))}`);
}
console.log(`no result: ${pyRepr(await echo.nothing())}`);
try {
  await echo.error("as you wish");
} catch (error) {
  if (!(error instanceof RemoteError)) throw error;
  console.log(`an error: ${error.name}: ${error.message}`);
}
await echo.shutdown();
console.log("told it to shut down");
