"""The tutorial's warehouse: things are stored and taken, and a name server knows where it is."""
import signal
import sys

try:
    from Pyro5.api import Daemon, expose, locate_ns
except ImportError:
    from Pyro4 import Daemon, expose, locateNS as locate_ns


@expose
class Warehouse(object):
    def __init__(self):
        self._contents = ["chair", "bike", "flashlight"]

    def list_contents(self):
        return self._contents

    def take(self, name, item):
        if item not in self._contents:
            raise ValueError(f"there is no {item} here")
        self._contents.remove(item)
        print(f"{name} took the {item}.")

    def store(self, name, item):
        self._contents.append(item)
        print(f"{name} stored the {item}.")


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with Daemon() as daemon, locate_ns() as names:
    uri = daemon.register(Warehouse())
    names.register("example.warehouse", uri)
    print("example.warehouse is registered", flush=True)
    daemon.requestLoop()
