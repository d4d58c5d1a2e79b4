"""What the server's exceptions are here: Python's own, and those of a class that was registered."""
import sys

try:
    import Pyro5.api as pyro
    from Pyro5.api import SerializerBase
except ImportError:
    import Pyro4 as pyro
    from Pyro4.util import SerializerBase


class OverdrawnError(Exception):
    pass


def overdrawn_from_dict(name, fields):
    error = OverdrawnError(*fields["args"])
    error._pyroTraceback = fields["attributes"]["_pyroTraceback"]
    return error


SerializerBase.register_dict_to_class("bank.OverdrawnError", overdrawn_from_dict)

with pyro.Proxy(sys.argv[1]) as bank:
    print(f"30 of 100: {bank.withdraw(30)} are left")
    try:
        bank.withdraw(500)
    except OverdrawnError as error:
        print(f"our own: {type(error).__name__}: {error}")
        print(f"its traceback leads to withdraw: {str('withdraw' in ''.join(error._pyroTraceback)).lower()}")
    try:
        bank.share(0)
    except Exception as error:
        print(f"Python's: {type(error).__name__}: {error}")
        print(f"an ArithmeticError: {str(isinstance(error, ArithmeticError)).lower()}")
    try:
        bank.account("Bob")
    except KeyError as error:
        print(f"a KeyError for: {error.args[0]}")
    try:
        bank.rob()
    except AttributeError:
        print("not exposed: AttributeError")
    print(f"still in business: {bank.account('Ann')}")
