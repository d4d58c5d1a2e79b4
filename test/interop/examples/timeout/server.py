"""A bell that one waits for as long as nobody rings it."""
import signal
import sys
import threading

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


@pyro.expose
class Bell(object):
    def __init__(self):
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._waiting = self._heard = 0

    def wait(self):
        with self._lock:
            self._waiting += 1
        self._rung.wait()
        with self._lock:
            self._heard += 1
        return "ding dong"

    def ring(self):
        self._rung.set()

    def waiting(self):
        return self._waiting

    def heard(self):
        return self._heard


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Bell(), "example.bell"), flush=True)
    daemon.requestLoop()
