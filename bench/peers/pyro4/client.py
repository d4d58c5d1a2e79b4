import os

import Pyro4 as Pyro
import serpent

Pyro.config.SERIALIZER = os.environ.get("BENCH_SERIALIZER", "serpent")


class Client:
    def __init__(self, uri):
        self._proxy = Pyro.Proxy(uri)
        self._proxy._pyroBind()
        if ".NameServer@" in uri:
            return
        self.list_contents = self._proxy.list_contents
        self.echo_str = self.echo_nested = self._proxy.echo

    def own(self):
        """Pyro4 lets any thread use a proxy."""

    def echo_bytes(self, data):
        result = self._proxy.echo(data)
        # serpent writes bytes as a dict with base64 in it.
        return serpent.tobytes(result) if type(result) is dict else result

    def stream(self, n):
        return self._proxy.stream(n)

    def ns_lookup(self, name):
        return self._proxy.lookup(name)

    def ns_list(self):
        return self._proxy.list()

    def close(self):
        self._proxy._pyroRelease()


def connect(info):
    return Client(info["uri"])
