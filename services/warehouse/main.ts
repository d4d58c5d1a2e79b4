/**
 * The warehouse server. Settings: PYRO_HOST, PYRO_NATHOST, PYRO_NS_HOST, PYRO_NS_PORT, WAREHOUSE_PORT (a fixed port),
 * WAREHOUSE_STATE (a file for the contents). It waits for the name server, and registers again after the name server
 * restarts.
 */
import { PyroError, serve } from "#pyro";
import { WAREHOUSE_NAME } from "./contract.ts";
import { openStock, StockError } from "./stock.ts";
import { ThingsInABuilding } from "./warehouse.ts";

const port = Number(process.env["WAREHOUSE_PORT"] || "0");
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`WAREHOUSE_PORT=${process.env["WAREHOUSE_PORT"]}: must be a port number, 0 for a free one`);
  process.exit(2);
}

const THINGS = ["chair", "bike", "flashlight", "laptop", "couch"];

try {
  const file = process.env["WAREHOUSE_STATE"];
  const stock = file ? openStock(file, THINGS) : { contents: THINGS, save: () => {} };
  const warehouse = new ThingsInABuilding(stock.contents, console.log, stock.save);
  await serve({ [WAREHOUSE_NAME]: warehouse }, { port });
} catch (error) {
  const known = error instanceof PyroError || error instanceof StockError;
  console.error(known ? `warehouse: ${error.message}` : error);
  process.exitCode = 1;
}
