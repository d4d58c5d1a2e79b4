"""Tells its callers what it knows of their call, beyond the arguments."""
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


@pyro.expose
class Mirror(object):
    def __init__(self):
        self._ids = []

    def look(self):
        context = pyro.current_context
        word = bytes(context.annotations.get("WORD", b""))
        context.response_annotations = {"BACK": word[::-1]}
        self._ids.append(str(context.correlation_id))
        host, port = context.client_sock_addr[:2]
        return {"client": f"{host}:{port}", "id": self._ids[-1], "word": word.decode()}

    def seen(self):
        """The correlation ids of all looks: the ids are for following a call from log to log."""
        return self._ids


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Mirror(), "example.mirror"), flush=True)
    daemon.requestLoop()
