"""A viewer that finds all markets with a name server, and asks each for its quotes."""
try:
    from Pyro5.api import Proxy, locate_ns
except ImportError:
    from Pyro4 import Proxy, locateNS as locate_ns

PREFIX = "example.stockmarket."

with locate_ns() as names:
    markets = names.list(prefix=PREFIX)

for name, uri in sorted(markets.items()):
    with Proxy(uri) as market:
        print(f"{name[len(PREFIX):]} trades {', '.join(market.symbols())}")
        best = {}
        for symbol, cents in market.quotes(50):
            best[symbol] = max(cents, best.get(symbol, 0))
        for symbol, cents in sorted(best.items()):
            print(f"  {symbol}: {cents / 100:.2f} at best")
