"""Where others reach a daemon in here, if that is not where it listens.

The settings are Pyro's own, but Pyro5 5.15 (configure.py) ends with a TypeError when it finds them in the
environment: import this before Pyro5, and give them to the daemon.
"""

import os

NATHOST = os.environ.pop("PYRO_NATHOST", None) or None
NATPORT = int(os.environ.pop("PYRO_NATPORT", None) or 0) or None
