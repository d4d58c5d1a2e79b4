"""Generators: what they yield goes to the caller item by item, as it is asked for."""
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


@pyro.expose
class Numbers(object):
    def __init__(self):
        self._open = 0

    def countdown(self, start):
        return iter(range(start, 0, -1))

    def fibonacci(self):
        """Never ends by itself."""
        self._open += 1
        try:
            a, b = 0, 1
            while True:
                yield a
                a, b = b, a + b
        finally:
            self._open -= 1  # also when the caller has had enough

    def broken(self):
        yield "one"
        yield "two"
        raise ValueError("there is no three")

    def open(self):
        """How many of the endless ones are under way."""
        return self._open


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Numbers(), "example.numbers"), flush=True)
    daemon.requestLoop()
