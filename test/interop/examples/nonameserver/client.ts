/** From one URI to the others: same host and port, another object id. The daemon itself tells which there are. */
import { proxy, URI } from "#pyro";
import type { Clock, Thermometer } from "./server.ts";

const uri = URI.parse(process.argv[2] ?? "");
console.log(`${uri.object}, with ${uri.protocol}`);

await using clock = proxy<Clock>(uri);
console.log(`100 minutes: ${await clock.hours(100)}`);

const { host, port } = uri;
await using thermometer = proxy<Thermometer>(`PYRO:thermometer@${host}:${port}`);
console.log(`20 degrees: ${await thermometer.fahrenheit(20)}`);

await using daemon = proxy(`PYRO:Pyro.Daemon@${host}:${port}`);
await daemon.ping();
for (const id of await daemon.registered()) console.log(`registered: ${id}`);
const { methods } = await daemon.get_metadata("thermometer");
console.log(`of the thermometer: ${[...methods].join(", ")}`);

const nothing = proxy(`PYRO:barometer@${host}:${port}`);
await nothing.pressure().catch((error: Error) => console.log(`no barometer: ${error.message.replace(/.*: /, "")}`));
