"""No name server: the objects have ids that clients know, and only host and port have to be told."""
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


@pyro.expose
class Clock(object):
    def hours(self, minutes):
        return f"{minutes // 60}:{minutes % 60:02}"


@pyro.expose
class Thermometer(object):
    def fahrenheit(self, celsius):
        return celsius * 9 // 5 + 32


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon(host="127.0.0.1") as daemon:
    daemon.register(Clock(), "clock")
    daemon.register(Thermometer(), "thermometer")
    print(daemon.uriFor("clock"), flush=True)
    daemon.requestLoop()
