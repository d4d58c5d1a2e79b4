"""The part with privileges: it holds a file that nobody else may open, and offers harmless questions about it.

It listens on a Unix socket, so only programs of this machine reach it at all.
"""
import os
import signal
import sys
import tempfile

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


@pyro.expose
class Journal(object):
    def __init__(self, path):
        self._path = path
        with open(path, "w") as file:
            file.write("ann logged in\nbob logged in\nann changed her password to apple\nann logged in\n")
        self._file = open(path)
        os.chmod(path, 0o000)  # from here on only this open file and root can read it

    def place(self):
        return self._path

    def size(self):
        return len(self._lines())

    def logins(self, user):
        return self._lines().count(f"{user} logged in")

    def _lines(self):
        self._file.seek(0)
        return self._file.read().splitlines()


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with tempfile.TemporaryDirectory(prefix="example-") as folder:
    unixsocket = os.path.join(folder, "journal.sock")
    with pyro.Daemon(unixsocket=unixsocket) as daemon:
        os.chmod(folder, 0o755)
        os.chmod(unixsocket, 0o666)  # everyone of this machine may ask
        print(daemon.register(Journal(os.path.join(folder, "journal")), "example.journal"), flush=True)
        daemon.requestLoop()
