import os

from advertised import NATHOST, NATPORT  # before Pyro5

import Pyro5.api


@Pyro5.api.expose
@Pyro5.api.behavior(instance_mode="single")
class Warehouse:
    def __init__(self):
        self.contents = ["chair", "bike", "flashlight", "laptop", "couch"]

    def list_contents(self):
        return self.contents

    def take(self, name, item):
        self.contents.remove(item)
        print("{} took the {}.".format(name, item))

    def store(self, name, item):
        self.contents.append(item)
        print("{} stored the {}.".format(name, item))


port = int(os.environ.get("WAREHOUSE_PORT", "0"))
with Pyro5.api.Daemon(port=port, nathost=NATHOST, natport=NATPORT) as daemon:  # at PYRO_HOST
    uri = daemon.register(Warehouse)
    with Pyro5.api.locate_ns() as names:
        names.register("example.warehouse", uri)
    daemon.requestLoop()
