"""Gives back whatever it gets: something to try a client, a serializer or a network with."""
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


class Echo(object):
    @pyro.expose
    def echo(self, value):
        return value

    @pyro.expose
    def error(self, text):
        raise ValueError(text)

    @pyro.expose
    def nothing(self):
        pass

    @pyro.expose
    @pyro.oneway
    def shutdown(self):
        daemon.shutdown()


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Echo(), "example.echo"), flush=True)
    daemon.requestLoop()
