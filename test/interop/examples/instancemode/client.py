"""Two proxies of each class take turns in counting."""
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

for what, uri in zip(["shared by all", "one a connection", "one a call"], sys.argv[1:]):
    with pyro.Proxy(uri) as ann, pyro.Proxy(uri) as bob:
        for turn in range(2):
            print(f"{what}: Ann counts {ann.next()}, Bob counts {bob.next()}")
