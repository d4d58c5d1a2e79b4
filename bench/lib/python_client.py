"""Drives a client written in Python: python_client.py CLIENT-MODULE SERVER-INFO

One JSON request a line on stdin, one JSON answer a line on stdout; the same requests as node-client.ts.
"""
import importlib.util
import json
import random
import sys
import threading
import time
import traceback

ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789.,-"
LIST5 = ["chair", "bike", "flashlight", "laptop", "couch"]
STR1K = "".join(ALPHABET[(i * 7) % len(ALPHABET)] for i in range(1024))
SIZES = {"w3m": 64 * 1024, "w3l": 8 * 1024 * 1024}
ECHOES = {"w3s": "echo_str", "w3m": "echo_bytes", "w3l": "echo_bytes", "w4": "echo_nested"}
# A proxy of Python's has one call in flight at a time: so many of them stand for the 64 of W2.
THREADS = 8
now = time.perf_counter


def nested(count=1000):
    return [
        {"id": i, "name": f"item-{i}", "price": round(i * 1.37 + 0.99, 2) + 0.001, "tags": [f"t{i % 7}", f"group{i % 13}"]}
        for i in range(count)
    ]


made = {}


def payload(op):
    if op not in made:
        made[op] = STR1K if op == "w3s" else nested() if op == "w4" else random.Random(5).randbytes(SIZES[op])
    return made[op]


spec = importlib.util.spec_from_file_location("peer_client", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
info = json.loads(sys.argv[2])
client = module.connect(info)
many = []


def sequential(call, seconds):
    latencies = []
    before = started = now()
    end = started + seconds
    while True:
        call()
        after = now()
        latencies.append(after - before)
        before = after
        if before >= end:
            break
    latencies.sort()
    n = len(latencies)
    return {
        "n": n,
        "secs": before - started,
        "p50us": latencies[n // 2] * 1e6,
        "p99us": latencies[min(n - 1, int(n * 0.99))] * 1e6,
    }


def in_threads(work):
    """Runs work(0), work(1) ... at once, and fails as the first of them did."""
    errors = []

    def run(i):
        try:
            work(i)
        except Exception as error:
            errors.append(repr(error))

    threads = [threading.Thread(target=run, args=(i,)) for i in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise RuntimeError(errors[0])


def timed(op):
    def answer(request):
        if op == "w1":
            return sequential(client.list_contents, request["seconds"])
        echo, value = getattr(client, ECHOES[op]), payload(op)
        return sequential(lambda: echo(value), request["seconds"])

    return answer


def check(request):
    does = set(request["workloads"])
    if does & {"w1", "w2", "w5"}:
        assert list(client.list_contents()) == LIST5
    if "w3s" in does:
        assert client.echo_str(STR1K) == STR1K
    if does & {"w3m", "w3l"}:
        assert bytes(client.echo_bytes(payload("w3m"))) == payload("w3m")
    if "w4" in does:
        assert list(client.echo_nested(payload("w4"))) == payload("w4")
    if "w6" in does:
        assert str(client.ns_lookup("bench.object.7")) == "PYRO:obj_7@127.0.0.1:10007"
    if "w7" in does:
        assert list(client.stream(100)) == list(range(100))
    return {"ok": True}


def w2(request):
    counts = [0] * THREADS
    clients = [module.connect(info) for _ in range(THREADS)]
    for one in clients:
        one.list_contents()
    go = threading.Event()
    times = {"start": 0.0, "end": 0.0}

    def work(i):
        clients[i].own()
        call, n = clients[i].list_contents, 0
        go.wait()
        end = times["end"]
        while now() < end:
            call()
            n += 1
        counts[i] = n

    def begin():
        time.sleep(0.02)
        times["start"] = now()
        times["end"] = times["start"] + request["seconds"]
        go.set()

    threading.Thread(target=begin).start()
    in_threads(work)
    secs = now() - times["start"]
    for one in clients:
        one.own()
        one.close()
    return {"n": sum(counts), "secs": secs}


def w5open(request):
    started = now()
    for _ in range(request["conns"]):
        one = module.connect(info)
        one.list_contents()
        many.append(one)
    return {"n": len(many), "secs": now() - started}


def w5round(request):
    def work(i):
        for one in many[i::THREADS]:
            one.own()
            one.list_contents()

    started = now()
    n = 0
    while True:
        in_threads(work)
        n += len(many)
        if now() >= started + request["seconds"]:
            break
    return {"n": n, "secs": now() - started}


def w5close(request):
    for one in many:
        one.own()
        one.close()
    many.clear()
    return {}


def w5hs(request):
    started = now()
    for _ in range(request["n"]):
        one = module.connect(info)
        one.list_contents()
        one.close()
    return {"n": request["n"], "secs": now() - started}


def w6lookup(request):
    at = [0]

    def call():
        at[0] = (at[0] + 7919) % request["names"]
        client.ns_lookup("bench.object.%d" % at[0])

    return sequential(call, request["seconds"])


def w6list(request):
    def call():
        count = len(client.ns_list())
        if count < request["names"]:
            raise ValueError("the list has %d names" % count)

    return sequential(call, request["seconds"])


def w7(request):
    started = now()
    end = started + request["seconds"]
    n = 0
    for _ in client.stream(request["items"]):
        n += 1
        if (n & 255) == 0 and now() > end:
            break
    return {"n": n, "secs": now() - started}


OPS = {one.__name__: one for one in (check, w2, w5open, w5round, w5close, w5hs, w6lookup, w6list, w7)}
OPS.update({op: timed(op) for op in ("w1", "w3s", "w3m", "w3l", "w4")})


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


say({"ready": True})
for line in sys.stdin:
    request = json.loads(line)
    try:
        say(OPS[request["op"]](request))
    except Exception as error:
        say({"error": (repr(error) + traceback.format_exc())[:800]})
