/** Two stock markets, each under a name of its own. Their quotes are chance, but the same chance every time. */
import { expose, serve } from "#pyro";

export type Quote = readonly [symbol: string, cents: number];

export class StockMarket {
  static {
    expose(this, { methods: { symbols: "symbols()", quotes: "quotes(count)" } });
  }

  readonly #symbols: readonly string[];
  #chance: number;

  constructor(symbols: readonly string[], chance: number) {
    this.#symbols = symbols;
    this.#chance = chance;
  }

  symbols(): readonly string[] {
    return this.#symbols;
  }

  /** The next few quotes. */
  quotes(count: number): Quote[] {
    return Array.from({ length: count }, () => {
      this.#chance = (this.#chance * 75 + 74) % 65_537;
      return [this.#symbols[this.#chance % this.#symbols.length] ?? "", 5_000 + (this.#chance % 10_000)];
    });
  }
}

await serve({
  "example.stockmarket.Amsterdam": new StockMarket(["ASML", "INGA", "PHIA"], 7),
  "example.stockmarket.Tokyo": new StockMarket(["6758", "7203"], 11),
});
