"""Pyro4's asynchronous proxies: calls give futures. Each call has a thread and a connection of its own."""
import sys

import Pyro4

kitchen = Pyro4.Proxy(sys.argv[1])
Pyro4.asyncproxy(kitchen)

cooking = [kitchen.cook(dish) for dish in ["soup", "rice", "beans"]]
print(f"asked for {len(cooking)} dishes")
for future in cooking:
    print(f"here is {future.value}")

with Pyro4.Proxy(sys.argv[1]) as waiter:
    chain = kitchen.cook("potatoes").then(waiter.serve).then(lambda plate: f"{plate}, please")
    print(f"a chain: {chain.value}")

for future in [kitchen.cook("stone"), kitchen.wash("pot")]:
    try:
        print(f"it went well: {future.value}")
    except ValueError as error:
        print(f"it failed: {error}")
