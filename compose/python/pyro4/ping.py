"""Health check: ends with 0 when the Pyro object of the given URI answers."""

import sys

import Pyro4

Pyro4.config.COMMTIMEOUT = 4.0
with Pyro4.Proxy(sys.argv[1]) as target:
    target._pyroBind()
