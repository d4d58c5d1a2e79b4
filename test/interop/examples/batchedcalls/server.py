"""A calculator with a memory."""
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


@pyro.expose
class Calculator(object):
    def __init__(self):
        self._memory = []

    def add(self, a, b):
        return a + b

    def divide(self, a, b):
        if b == 0:
            raise ZeroDivisionError("nothing to divide by")
        return a // b

    def remember(self, number):
        self._memory.append(number)

    def recall(self):
        return self._memory


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Calculator(), "example.calculator"), flush=True)
    daemon.requestLoop()
