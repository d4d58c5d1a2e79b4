"""Ann and Bob log in and use their safes; others do not get that far."""
import sys

try:
    from Pyro5 import api as pyro, errors
except ImportError:
    import Pyro4 as pyro
    from Pyro4 import errors


def login(user, password):
    safe = pyro.Proxy(sys.argv[1])
    safe._pyroHandshake = {"user": user, "password": password}
    return safe


with login("ann", "apple") as ann, login("bob", "banana") as bob:
    ann.put("diamonds")
    bob.put("a sandwich")
    ann.put("gold")
    for one in ann, bob:
        print(f"{one.whoami()} has {', '.join(one.look())}")

for one in login("ann", "banana"), login("eve", "apple"), pyro.Proxy(sys.argv[1]):
    try:
        one.look()
    except errors.CommunicationError as error:
        print(f"refused: {str(error).split(' rejected: ')[1]}")
