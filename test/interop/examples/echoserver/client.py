"""Sends values of all kinds and shows what came back."""
import sys

import serpent

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

VALUES = {
    "nothing": None,
    "a boolean": True,
    "an integer": 42,
    "a large integer": 2 ** 70,
    "a float": 1.5,
    "a whole float": 3.0,
    "text": "it's 23 °C",
    "bytes": b"\x01\x80\xff",
    "a list": [1, [2, [3]]],
    "a tuple": (1, "two", 3.5),
    "a set": {"one"},
    "a dict": {"name": "Ann", "sizes": [1, 2]},
}

with pyro.Proxy(sys.argv[1]) as echo:
    for name, value in VALUES.items():
        answer = echo.echo(value)
        if name == "bytes":
            answer = serpent.tobytes(answer)  # they travel as base64, and Python leaves the decoding to us
        print(f"{name}: {answer!r}")
    print(f"no result: {echo.nothing()!r}")
    try:
        echo.error("as you wish")
    except ValueError as error:
        print(f"an error: {type(error).__name__}: {error}")
    echo.shutdown()
    print("told it to shut down")
