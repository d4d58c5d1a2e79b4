"""A worker that computes lines of the Mandelbrot set. Start as many as there are machines: each takes a name."""
import signal
import sys

try:
    from Pyro5.api import Daemon, expose, locate_ns
except ImportError:
    from Pyro4 import Daemon, expose, locateNS as locate_ns

STEPS = 100
SHADES = " .,:;i1tfLCG08@"


@expose
class Worker(object):
    def __init__(self):
        self._done = 0

    def line(self, width, height, row):
        im = row / (height - 1) * 2.4 - 1.2
        text = "".join(shade(column / (width - 1) * 3.2 - 2.2, im) for column in range(width))
        self._done += 1
        return {"text": text, "done": self._done}


def shade(re, im):
    x = y = steps = 0
    while steps < STEPS and x * x + y * y < 4:
        x, y = x * x - y * y + re, 2 * x * y + im
        steps += 1
    return "#" if steps == STEPS else SHADES[steps % len(SHADES)]


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with Daemon() as daemon, locate_ns() as names:
    for name in ["example.mandelbrot.worker1", "example.mandelbrot.worker2"]:
        names.register(name, daemon.register(Worker()))
        print(name, "is registered", flush=True)
    daemon.requestLoop()
