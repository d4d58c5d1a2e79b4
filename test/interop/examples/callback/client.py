"""A client that is called back while its own call runs: for that it has a daemon of its own, in a thread."""
import sys
import threading

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


class Watcher(object):
    def __init__(self, name, patience):
        self._name, self._patience = name, patience

    @pyro.expose
    def progress(self, percent):
        print(f"{self._name}: {percent}%")
        return percent < self._patience

    @pyro.expose
    @pyro.callback  # what it raises goes to the log of this program too, not only over there
    def done(self, words):
        print(f"{self._name}: {words}")
        if self._name == "Carl":
            raise ValueError("Carl does not believe it")


with pyro.Daemon() as daemon, pyro.Proxy(sys.argv[1]) as worker:
    threading.Thread(target=daemon.requestLoop).start()
    for watcher in Watcher("Ann", 200), Watcher("Bob", 50), Watcher("Carl", 200):
        daemon.register(watcher)
        steps = worker.work(4, watcher)  # it arrives as a proxy
        print(f"steps: {steps}")
    daemon.shutdown()
