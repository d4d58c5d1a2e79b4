"""Lets in who knows the word, and greets them by their name."""
import signal
import sys

try:
    from Pyro5 import api as pyro, errors
except ImportError:
    import Pyro4 as pyro
    from Pyro4 import errors


@pyro.expose
class Club(object):
    def menu(self):
        return ["tea", "toast"]


class Doorman(pyro.Daemon):
    def validateHandshake(self, conn, data):
        """What is returned here is the answer to the handshake; what is raised refuses the connection."""
        if data["word"] != "swordfish":
            raise errors.SecurityError(f"wrong word, {data['name']}")
        return f"welcome, {data['name']}"


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with Doorman() as daemon:
    print(daemon.register(Club(), "example.club"), flush=True)
    daemon.requestLoop()
