"""A factory of objects: what it makes stays here, and callers get proxies of it without anybody making them."""
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


@pyro.expose
class Robot(object):
    def __init__(self, name):
        self._name = name
        self._position = 0

    def name(self):
        return self._name

    def walk(self, steps):
        self._position += steps
        return self._position


@pyro.expose
class Factory(object):
    def __init__(self):
        self._robots = {}

    def build(self, name):
        robot = self._robots[name] = Robot(name)
        daemon.register(robot)  # from here on it travels as a proxy
        return robot

    def all(self):
        return self._robots

    def race(self, robots):
        """Gets proxies back, of robots here or elsewhere."""
        places = []
        for robot in robots:
            with robot:
                places.append((robot.walk(1), robot.name()))
        return max(places)[1]

    def scrap(self, name):
        daemon.unregister(self._robots.pop(name))


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Factory(), "example.factory"), flush=True)
    daemon.requestLoop()
