"""Users log in with their connection, and see only what is theirs. (Over a network: together with TLS.)"""
import hashlib
import hmac
import signal
import sys

try:
    from Pyro5 import api as pyro, errors
except ImportError:
    import Pyro4 as pyro
    from Pyro4 import errors


def hashed(user, password):
    return hashlib.scrypt(password.encode(), salt=f"salt of {user}".encode(), n=16384, r=8, p=1, dklen=32)


PASSWORDS = {"ann": hashed("ann", "apple"), "bob": hashed("bob", "banana")}


@pyro.expose
class Safe(object):
    def __init__(self):
        self._things = {}

    def whoami(self):
        return pyro.current_context.client.user

    def put(self, thing):
        self._things.setdefault(self.whoami(), []).append(thing)

    def look(self):
        return self._things.get(self.whoami(), [])


class GuardedDaemon(pyro.Daemon):
    def validateHandshake(self, conn, data):
        user, password = (data.get("user"), data.get("password")) if isinstance(data, dict) else ("", "")
        if user not in PASSWORDS or not hmac.compare_digest(PASSWORDS[user], hashed(user, password)):
            raise errors.SecurityError("user or password is wrong")
        conn.user = user
        return f"hello {user}"


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with GuardedDaemon() as daemon:
    print(daemon.register(Safe(), "example.safe"), flush=True)
    daemon.requestLoop()
