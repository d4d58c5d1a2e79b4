"""Health check: ends with 0 when the Pyro object of the given URI answers."""

import sys

import advertised  # noqa: F401, before Pyro5

import Pyro5.api

Pyro5.config.COMMTIMEOUT = 4.0
with Pyro5.api.Proxy(sys.argv[1]) as target:
    target._pyroBind()
