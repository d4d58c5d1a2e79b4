/**
 * The client: Janet and Henry visit the warehouse. On a terminal it asks for each thing. Otherwise it plays the visits
 * in the file VISITS (default visits.yml). Settings: PYRO_NS_HOST, PYRO_NS_PORT.
 */
import { PyroError, proxy, remote } from "#pyro";
import { WAREHOUSE_NAME, type Warehouse, warehouseContract } from "../warehouse/contract.ts";
import { typedAnswers, writtenAnswers } from "./answers.ts";
import { Visitor } from "./visitor.ts";
import { readVisits } from "./visits.ts";

const say = (line: string): void => console.log(line);

async function main(): Promise<void> {
  const visits = readVisits(process.env["VISITS"] || "visits.yml");
  const interactive = process.stdin.isTTY && process.stdout.isTTY;
  const warehouse = proxy<Warehouse>(`PYRONAME:${WAREHOUSE_NAME}`, warehouseContract, { timeoutMs: 5_000 });
  using typed = interactive ? typedAnswers() : undefined;
  for (const { visitor, store, take } of visits) {
    const stays = await new Visitor(visitor, typed ?? writtenAnswers([store, take], say), say).visit(warehouse);
    if (!stays) break;
  }
  await remote(warehouse).release();
}

try {
  await main();
} catch (error) {
  // One line for users. NODE_DEBUG shows the whole error.
  console.error(error instanceof Error && process.env["NODE_DEBUG"] === undefined ? `visit: ${error.message}` : error);
  if (error instanceof PyroError) console.error("Are the name server and the warehouse up? Try: pyro-nsc list");
  process.exitCode = 1;
}
