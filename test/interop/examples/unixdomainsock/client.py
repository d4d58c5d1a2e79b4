"""Talks to a daemon on a Unix socket: only the URI is another one."""
import os
import stat
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

uri = pyro.URI(sys.argv[1])
print(f"the file is a socket: {str(stat.S_ISSOCK(os.stat(uri.sockname).st_mode)).lower()}")

with pyro.Proxy(uri) as postbox:
    print(f"letters: {postbox.post('Dear Bob')}")
    print(f"letters: {postbox.post('Dear Ann')}")
    print(f"they are: {', '.join(postbox.letters())}")
