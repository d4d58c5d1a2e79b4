"""Draws the Mandelbrot set with all the workers that a name server knows: who is done gets the next line."""
from concurrent.futures import ThreadPoolExecutor

try:
    from Pyro5.api import Proxy, locate_ns
except ImportError:
    from Pyro4 import Proxy, locateNS as locate_ns

WIDTH, HEIGHT = 64, 20

with locate_ns() as names:
    found = names.list(prefix="example.mandelbrot.worker")
print(f"{len(found)} workers")

lines = [""] * HEIGHT
rest = iter(range(len(found), HEIGHT))


def keep_busy(uri, row):
    done = 0
    with Proxy(uri) as worker:
        while row < HEIGHT:
            result = worker.line(WIDTH, HEIGHT, row)
            lines[row], done = result["text"], result["done"]
            row = next(rest, HEIGHT)
    return done


with ThreadPoolExecutor(max_workers=len(found)) as threads:
    done = list(threads.map(keep_busy, found.values(), range(len(found))))
print("\n".join(lines))
print(f"{sum(done)} lines, by all of them: {str(all(done)).lower()}")
