/**
 * The warehouse's host. Settings: PYRO_HOST, PYRO_NATHOST, PYRO_NS_HOST, PYRO_NS_PORT, and WAREHOUSE_PORT for a fixed
 * port. It waits for the name server, and registers again when that was restarted.
 */
import { PyroError, serve } from "#pyro";
import { WAREHOUSE_NAME } from "./contract.ts";
import { ThingsInABuilding } from "./warehouse.ts";

const port = Number(process.env["WAREHOUSE_PORT"] || "0");
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`WAREHOUSE_PORT=${process.env["WAREHOUSE_PORT"]}: must be a port number, 0 for a free one`);
  process.exit(2);
}

const warehouse = new ThingsInABuilding(["chair", "bike", "flashlight", "laptop", "couch"], console.log);
try {
  await serve({ [WAREHOUSE_NAME]: warehouse }, { port });
} catch (error) {
  console.error(error instanceof PyroError ? `warehouse: ${error.message}` : error);
  process.exitCode = 1;
}
