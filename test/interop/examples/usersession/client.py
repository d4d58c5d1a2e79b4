"""Two customers in one program: what is sent with every call is the business of the calling thread."""
import sys
import time

try:
    from Pyro5.api import Proxy, current_context
except ImportError:
    from Pyro4 import Proxy, current_context


class Customer(object):
    def __init__(self, token):
        self.shop = Proxy(sys.argv[1])
        self._token = token

    def __getattr__(self, method):
        current_context.annotations = {"TOKN": self._token}
        return getattr(self.shop, method)


ann, bob = Customer(b"token-1"), Customer(b"token-2")
print(f"{ann.hello()}, {bob.hello()}")
ann.put("bread")
bob.put("milk")
ann.put("cheese")
print(f"Ann has {', '.join(ann.basket())}")
print(f"Bob has {', '.join(bob.basket())}")

ann.enter()
bob.enter()
print(f"lamps: {bob.lamps()}")
ann.shop._pyroRelease()
while bob.lamps() > 1:
    time.sleep(0.02)  # Ann's goes out with her connection, a moment later
print("Ann left; lamps: 1")
print(f"but she comes back to {', '.join(ann.basket())}")

stranger = Customer(b"token-3")
try:
    stranger.hello()
except PermissionError as error:
    print(f"{type(error).__name__}: {error}")
for one in ann, bob, stranger:
    one.shop._pyroRelease()
