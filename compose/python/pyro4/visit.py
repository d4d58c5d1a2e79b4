import sys

import Pyro4
from person import Person

with Pyro4.Proxy("PYRONAME:example.warehouse") as warehouse:
    for visitor in sys.argv[1:] or ["Janet", "Henry"]:
        Person(visitor).visit(warehouse)
