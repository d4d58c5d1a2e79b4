"""Gets a file in three ways, and stores a copy of it."""
import hashlib
import sys

import serpent

try:
    from Pyro5.api import Proxy, current_context
except ImportError:
    from Pyro4 import Proxy, current_context


def shown(data):
    return f"{len(data)} bytes, {hashlib.sha256(data).hexdigest()[:16]}"


with Proxy(sys.argv[1]) as files:
    name = "example.bin"
    size = files.names()[name]
    print(f"{name}: {size} bytes")

    whole = serpent.tobytes(files.read(name))
    print(f"whole: {shown(whole)}")

    parts = [serpent.tobytes(part) for part in files.parts(name)]
    print(f"as a stream of {len(parts)} parts: {shown(b''.join(parts))}")

    beside = []
    at = 0
    while at < size:
        at = files.part(name, at)
        beside.append(bytes(current_context.response_annotations["PART"]))
    print(f"beside {len(beside)} replies: {shown(b''.join(beside))}")

    print(f"written: {files.write('copy.bin', whole)} bytes")
    print(f"the copy: {shown(serpent.tobytes(files.read('copy.bin')))}")
    try:
        files.read("none.bin")
    except OSError as error:
        print(f"{type(error).__name__}: {error}")
