"""Two programs on one machine need no port: the daemon listens on a socket that is a file."""
import os.path
import signal
import sys
import tempfile

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


@pyro.expose
class Postbox(object):
    def __init__(self):
        self._letters = []

    def post(self, letter):
        self._letters.append(letter)
        return len(self._letters)

    def letters(self):
        return self._letters


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with tempfile.TemporaryDirectory(prefix="example-") as folder:
    with pyro.Daemon(unixsocket=os.path.join(folder, "postbox.sock")) as daemon:
        print(daemon.register(Postbox(), "example.postbox"), flush=True)
        daemon.requestLoop()
