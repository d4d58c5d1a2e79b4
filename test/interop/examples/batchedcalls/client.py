"""Many calls in one message: one round trip for all of them."""
import sys

try:
    from Pyro5.api import BatchProxy as batch, Proxy
except ImportError:
    from Pyro4 import batch, Proxy

with Proxy(sys.argv[1]) as calculator:
    calls = batch(calculator)
    calls.add(1, 2)
    calls.divide(84, 2)
    calls.recall()
    first, second, memory = calls()
    print(f"one by one: {first}, {second}, {len(memory)} in the memory")

    calls = batch(calculator)
    for number in range(1, 101):
        calls.add(number, number)
    table = list(calls())
    print(f"{len(table)} sums, {sum(table)} in all")

    # An exception comes at its place, and nothing behind it is run.
    calls = batch(calculator)
    calls.remember(1)
    calls.divide(1, 0)
    calls.remember(2)
    good = 0
    try:
        for _ in calls():
            good += 1
    except ZeroDivisionError as error:
        print(f"after {good}: {type(error).__name__}: {error}")
    print(f"remembered: {', '.join(map(str, calculator.recall()))}")

    # Oneway: nobody waits, but what is called next over the same proxy comes after it.
    calls = batch(calculator)
    calls.remember(3)
    calls.remember(4)
    nothing = calls(oneway=True)
    print(f"oneway gives {'nothing' if nothing is None else 'something'}")
    print(f"remembered: {', '.join(map(str, calculator.recall()))}")
