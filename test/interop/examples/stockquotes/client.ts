/** A viewer that finds all markets with a name server, and asks each for its quotes. */
import { locateNameServer, proxy } from "#pyro";
import type { StockMarket } from "./server.ts";

const PREFIX = "example.stockmarket.";

await using names = await locateNameServer();
for (const [name, { uri }] of await names.list({ prefix: PREFIX })) {
  await using market = proxy<StockMarket>(uri);
  console.log(`${name.slice(PREFIX.length)} trades ${(await market.symbols()).join(", ")}`);
  const best = new Map<string, number>();
  for (const [symbol, cents] of await market.quotes(50)) {
    best.set(symbol, Math.max(cents, best.get(symbol) ?? 0));
  }
  for (const [symbol, cents] of [...best].toSorted()) {
    console.log(`  ${symbol}: ${(cents / 100).toFixed(2)} at best`);
  }
}
