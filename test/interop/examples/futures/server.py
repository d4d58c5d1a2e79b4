"""A kitchen that starts to cook when three dishes are asked for: one who asks for them in turn waits for ever."""
import signal
import sys
import threading

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


@pyro.expose
class Kitchen(object):
    def __init__(self):
        self._asked = 0
        self._changed = threading.Condition()

    def cook(self, dish):
        if dish == "stone":
            raise ValueError("nobody can cook a stone")
        with self._changed:
            self._asked += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._asked >= 3)
        return f"hot {dish}"

    def serve(self, dish):
        return f"a plate of {dish}"

    def wash(self, dish):
        return f"clean {dish}"


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Kitchen(), "example.kitchen"), flush=True)
    daemon.requestLoop()
