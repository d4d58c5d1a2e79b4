import sys

import Pyro5.api
from person import Person

with Pyro5.api.Proxy("PYRONAME:example.warehouse") as warehouse:
    for visitor in sys.argv[1:] or ["Janet", "Henry"]:
        Person(visitor).visit(warehouse)
