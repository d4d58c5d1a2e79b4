"""server.py thread|multiplex: the object; server.py ns memory|sql COUNT: a name server that holds so many names"""
import json
import os
import sqlite3
import sys
import tempfile

import Pyro4 as Pyro
from Pyro4 import naming

# A thread for each of the thousand connections of W5.
Pyro.config.THREADPOOL_SIZE = 1200
Pyro.config.SERIALIZERS_ACCEPTED = {"serpent", "json", "marshal", "msgpack"}
LIST5 = ["chair", "bike", "flashlight", "laptop", "couch"]


@Pyro.expose
class Bench:
    def list_contents(self):
        return LIST5

    def echo(self, v):
        return v

    def stream(self, n):
        return (i for i in range(n))


def entry(i):
    return "bench.object.%d" % i, "PYRO:obj_%d@127.0.0.1:%d" % (i, 10000 + i % 50000)


def fill(storage, store, count):
    """Behind the server's back: registering is not what is measured."""
    if storage == "memory":
        for name, uri in map(entry, range(count)):
            store[name] = (uri, frozenset())
        return
    with sqlite3.connect(storage[len("sql:") :]) as db:
        db.executemany("INSERT INTO pyro_names(name, uri) VALUES(?, ?)", map(entry, range(count)))


def start_name_server(storage, count):
    Pyro.config.SERVERTYPE = "thread"
    if storage == "sql":
        storage = "sql:" + os.path.join(tempfile.mkdtemp(dir=os.environ.get("BENCH_TMP")), "ns.sqlite")
    uri, daemon, _ = naming.startNS("127.0.0.1", 0, enableBroadcast=False, storage=storage)
    fill(storage, daemon.nameserver.storage, count)
    assert daemon.nameserver.count() > count
    return uri, daemon


def start_object(server_type):
    Pyro.config.SERVERTYPE = server_type
    daemon = Pyro.Daemon("127.0.0.1", 0)
    return daemon.register(Bench(), "bench"), daemon


kind = sys.argv[1]
uri, daemon = start_name_server(sys.argv[2], int(sys.argv[3])) if kind == "ns" else start_object(kind)
print("READY " + json.dumps({"uri": str(uri)}), flush=True)
daemon.requestLoop()
