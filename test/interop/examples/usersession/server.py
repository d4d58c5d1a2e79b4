"""A shop that knows its customers by a token that comes with every call, whatever connection it comes over.

Baskets belong to the customer; what a connection opened is closed with it.
"""
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

CUSTOMERS = {b"token-1": "Ann", b"token-2": "Bob"}

baskets = {}
lamps = set()


class Lamp(object):
    """Something that has to be given back, in the end."""
    def __init__(self):
        lamps.add(self)

    def close(self):
        lamps.discard(self)


@pyro.expose
@pyro.behavior(instance_mode="percall")
class Shop(object):
    """One for each call: all that lasts is kept elsewhere."""
    def __init__(self):
        token = bytes(pyro.current_context.annotations.get("TOKN", b""))
        if token not in CUSTOMERS:
            raise PermissionError("who are you?")
        self._customer = CUSTOMERS[token]

    def hello(self):
        return f"hello {self._customer}"

    def put(self, thing):
        baskets.setdefault(self._customer, []).append(thing)

    def basket(self):
        return baskets.get(self._customer, [])

    def enter(self):
        """A lamp is lit for as long as the connection lasts."""
        pyro.current_context.track_resource(Lamp())

    def lamps(self):
        return len(lamps)


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Shop, "example.shop"), flush=True)
    daemon.requestLoop()
