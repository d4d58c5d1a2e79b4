"""Remote generators are iterated like local ones. Who has enough closes the stream."""
import sys
import time

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

with pyro.Proxy(sys.argv[1]) as numbers:
    print(f"countdown: {' '.join(str(number) for number in numbers.countdown(5))}")

    some = []
    stream = numbers.fibonacci()
    for number in stream:
        some.append(str(number))
        if len(some) == 1:
            print(f"generators under way: {numbers.open()}")
        if number > 100:
            break
    print(f"fibonacci: {' '.join(some)}")
    stream.close()
    while numbers.open() > 0:
        time.sleep(0.02)  # closing ended it over there, a moment later
    print("generators under way: 0")

    try:
        for word in numbers.broken():
            print(f"it says: {word}")
    except ValueError as error:
        print(f"and fails: {type(error).__name__}: {error}")

    # Two at once, in turns.
    down, up = numbers.countdown(3), numbers.fibonacci()
    for turn in range(3):
        print(f"{next(down)} and {next(up)}")
    down.close()
    up.close()
