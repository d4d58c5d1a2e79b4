"""Fails in several ways: with Python's own exceptions, and with one of our own that both sides know."""
import signal
import sys

try:
    import Pyro5.api as pyro
    from Pyro5.api import SerializerBase
except ImportError:
    import Pyro4 as pyro
    from Pyro4.util import SerializerBase


class OverdrawnError(Exception):
    pass


def overdrawn_to_dict(error):
    attributes = {"_pyroTraceback": error._pyroTraceback}
    return {"__class__": "bank.OverdrawnError", "__exception__": True, "args": error.args, "attributes": attributes}


SerializerBase.register_class_to_dict(OverdrawnError, overdrawn_to_dict)


@pyro.expose
class Bank(object):
    def withdraw(self, amount):
        if amount > 100:
            raise OverdrawnError(f"there are only 100, not {amount}")
        return 100 - amount

    def share(self, people):
        if people == 0:
            raise ZeroDivisionError("nobody to share with")
        return 100 // people

    def account(self, owner):
        return {"Ann": 1234}[owner]


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(Bank(), "example.bank"), flush=True)
    daemon.requestLoop()
