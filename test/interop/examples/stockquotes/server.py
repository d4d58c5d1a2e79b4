"""Two stock markets, each under a name of its own. Their quotes are chance, but the same chance every time."""
import signal
import sys

try:
    from Pyro5.api import Daemon, expose, locate_ns
except ImportError:
    from Pyro4 import Daemon, expose, locateNS as locate_ns


@expose
class StockMarket(object):
    def __init__(self, symbols, chance):
        self._symbols = symbols
        self._chance = chance

    def symbols(self):
        return self._symbols

    def quotes(self, count):
        """The next few quotes."""
        return [self._quote() for _ in range(count)]

    def _quote(self):
        self._chance = (self._chance * 75 + 74) % 65537
        return self._symbols[self._chance % len(self._symbols)], 5000 + self._chance % 10000


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with Daemon() as daemon, locate_ns() as names:
    for name, market in {
        "example.stockmarket.Amsterdam": StockMarket(["ASML", "INGA", "PHIA"], 7),
        "example.stockmarket.Tokyo": StockMarket(["6758", "7203"], 11),
    }.items():
        names.register(name, daemon.register(market))
        print(name, "is registered", flush=True)
    daemon.requestLoop()
