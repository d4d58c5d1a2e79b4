"""Hands out files and takes them in: whole, as a stream of parts, or beside the calls as annotations."""
import signal
import sys

import serpent

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

PART = 50000


@pyro.expose
class Files(object):
    def __init__(self):
        self._files = {"example.bin": bytes(at * at >> 3 & 255 for at in range(200000))}

    def names(self):
        return {name: len(data) for name, data in self._files.items()}

    def read(self, name):
        if name not in self._files:
            raise FileNotFoundError(2, f"no file {name}")
        return self._files[name]

    def parts(self, name):
        """A stream: one part is on its way at a time, so a file may be larger than memory."""
        data = self.read(name)
        for at in range(0, len(data), PART):
            yield data[at:at + PART]

    def part(self, name, at):
        """The part's bytes travel as they are, beside the reply; gives where the next part begins."""
        data = self.read(name)[at:at + PART]
        pyro.current_context.response_annotations = {"PART": data}
        return at + len(data)

    def write(self, name, data):
        self._files[name] = serpent.tobytes(data)
        return len(self._files[name])


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Files(), "example.files"), flush=True)
    daemon.requestLoop()
