"""Orders come in and go out as what they are: objects of a class, with objects of another inside."""
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

from shop import Line, Order


@pyro.expose
class Shop(object):
    def total(self, order):
        return order.total()

    def discounted(self, order, percent):
        lines = [Line(one.article, one.count, one.price * (100 - percent) // 100) for one in order.lines]
        return Order(order.customer, lines)


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Shop(), "example.shop"), flush=True)
    daemon.requestLoop()
