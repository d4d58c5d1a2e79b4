"""Classes instead of objects: who shares an instance, and for how long, is the class's own decision."""
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


@pyro.expose
class Counter(object):
    def __init__(self):
        self._count = 0

    def next(self):
        self._count += 1
        return self._count


@pyro.behavior(instance_mode="single")
class Shared(Counter):
    """One instance for everybody."""


@pyro.behavior(instance_mode="session")
class Own(Counter):
    """One for each connection, so for each proxy."""


def counted_once(cls):
    one = cls()
    one.next()
    return one


@pyro.behavior(instance_mode="percall", instance_creator=counted_once)
class Fresh(Counter):
    """A new one for each call, made by a function of ours."""


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    uris = [daemon.register(cls, "example." + cls.__name__.lower()) for cls in (Shared, Own, Fresh)]
    print(*uris, flush=True)
    daemon.requestLoop()
