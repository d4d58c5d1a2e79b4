"""Shakes hands with the right word and a wrong one, and judges what the server answers."""
import sys

try:
    from Pyro5 import api as pyro, errors
except ImportError:
    import Pyro4 as pyro
    from Pyro4 import errors


class Guest(pyro.Proxy):
    def _pyroValidateHandshake(self, response):
        print(f"the server says: {response}")


class SuspiciousGuest(pyro.Proxy):
    def _pyroValidateHandshake(self, response):
        if not response.startswith("good evening"):
            raise errors.SecurityError("what manners")


with Guest(sys.argv[1]) as club:
    club._pyroHandshake = {"name": "Ann", "word": "swordfish"}
    print(f"on the menu: {', '.join(club.menu())}")

with pyro.Proxy(sys.argv[1]) as stranger:
    stranger._pyroHandshake = {"name": "Bob", "word": "trout"}
    try:
        stranger.menu()
    except errors.CommunicationError as error:
        print(f"refused: {str(error).split(' rejected: ')[1]}")

with SuspiciousGuest(sys.argv[1]) as suspicious:
    suspicious._pyroHandshake = {"name": "Eve", "word": "swordfish"}
    try:
        suspicious.menu()
    except errors.SecurityError as error:
        print(f"refused by us: {error}")
