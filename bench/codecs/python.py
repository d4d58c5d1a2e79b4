"""Serializers alone, in Python: one JSON line, µs by name and shape. Argument: seconds for each measurement."""
import json
import marshal
import sys
import time

import msgpack
import serpent

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 0.3
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789.,-"

SHAPES = {
    "nested": [
        {"id": i, "name": f"item-{i}", "price": round(i * 1.37 + 0.99, 2) + 0.001, "tags": [f"t{i % 7}", f"group{i % 13}"]}
        for i in range(1000)
    ],
    "list5": ["chair", "bike", "flashlight", "laptop", "couch"],
    "str1k": "".join(ALPHABET[(i * 7) % len(ALPHABET)] for i in range(1024)),
    "call": ["bench", "list_contents", [], {}],
}

CODECS = {
    "Python serpent": (lambda value: serpent.dumps(value, module_in_classname=True), serpent.loads),
    "Python json": (lambda value: json.dumps(value).encode(), json.loads),
    "Python marshal": (marshal.dumps, marshal.loads),
    "Python msgpack": (
        lambda value: msgpack.packb(value, use_bin_type=True),
        lambda data: msgpack.unpackb(data, raw=False),
    ),
}


def timed(work):
    """µs of one run at best: in groups that last 2 ms at least, until the time is up."""
    end = time.perf_counter() + SECONDS
    best, took, group = float("inf"), 0.0, 1
    while time.perf_counter() < end:
        began = time.perf_counter()
        for _ in range(group):
            work()
        took = time.perf_counter() - began
        if took < 0.002:
            group *= 2
        else:
            best = min(best, took / group)
    return best * 1e6 if best < float("inf") else took * 1e6


figures = {}
for shape, value in SHAPES.items():
    for name, (encode, decode) in CODECS.items():
        encoded = encode(value)
        assert decode(encoded) == value, name
        figures.setdefault(name, {})[shape] = {
            "enc": timed(lambda: encode(value)),
            "dec": timed(lambda: decode(encoded)),
            "bytes": len(encoded),
        }
print(json.dumps(figures))
