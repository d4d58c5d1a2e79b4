"""A worker that tells how far it is, and asks its caller whether to go on."""
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


@pyro.expose
class Worker(object):
    def work(self, steps, watcher):
        """Gives how many steps were made."""
        with watcher:
            for step in range(1, steps + 1):
                go_on = watcher.progress(step * 100 // steps)
                if not go_on:
                    return step
            try:
                watcher.done("all is done")
            except ValueError:
                # It failed over there: that is the caller's own affair, and it is told of it.
                return -1
        return steps


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Worker(), "example.worker"), flush=True)
    daemon.requestLoop()
