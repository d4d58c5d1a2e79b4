"""Pyro5 leaves it to Python's own futures: a thread for each call, and a proxy for each thread."""
import sys
from concurrent.futures import ThreadPoolExecutor

import Pyro5.api


def call(method, *args):
    with Pyro5.api.Proxy(sys.argv[1]) as kitchen:
        return getattr(kitchen, method)(*args)


with ThreadPoolExecutor(max_workers=3) as threads:
    cooking = [threads.submit(call, "cook", dish) for dish in ["soup", "rice", "beans"]]
    print(f"asked for {len(cooking)} dishes")
    for future in cooking:
        print(f"here is {future.result()}")

    chain = threads.submit(lambda: call("serve", call("cook", "potatoes")) + ", please")
    print(f"a chain: {chain.result()}")

    for future in [threads.submit(call, "cook", "stone"), threads.submit(call, "wash", "pot")]:
        try:
            print(f"it went well: {future.result()}")
        except ValueError as error:
            print(f"it failed: {error}")
