"""Takes no message of more than 5,000 bytes: what is larger is refused by its header, before it is read."""
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

pyro.config.MAX_MESSAGE_SIZE = 5000


@pyro.expose
class Notebook(object):
    def __init__(self):
        self._written = 0

    def write(self, text):
        self._written += len(text)
        return self._written

    def blank(self, length):
        return "_" * length


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Notebook(), "example.notebook"), flush=True)
    daemon.requestLoop()
