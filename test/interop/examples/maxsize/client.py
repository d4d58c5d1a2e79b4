"""Meets the server's limit and a limit of its own. In Python it is one limit for the whole program."""
import sys

try:
    from Pyro5 import api as pyro, errors
except ImportError:
    import Pyro4 as pyro
    from Pyro4 import errors

with pyro.Proxy(sys.argv[1]) as notebook:
    print(f"written: {notebook.write('a' * 1000)}")
    try:
        notebook.write("b" * 10000)
    except errors.CommunicationError:
        print("too large for the server: it closes the connection")
    print(f"the next call connects anew; written: {notebook.write('c' * 1000)}")

    pyro.config.MAX_MESSAGE_SIZE = 2000
    print(f"blank: {len(notebook.blank(1000))}")
    try:
        notebook.blank(3000)
    except errors.ProtocolError:  # which a MessageTooLargeError is, that only Pyro4 raises
        print("too large for the client: refused by its header")
    try:
        notebook.write("d" * 3000)
    except errors.ProtocolError:
        print("and it sends nothing that large either")
    print(f"written: {notebook.write('')}")
