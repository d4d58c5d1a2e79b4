"""A time-out ends the waiting, not the work: the call goes on at the server."""
import sys
import time

try:
    from Pyro5 import api as pyro, errors
except ImportError:
    import Pyro4 as pyro
    from Pyro4 import errors


def until(count, wanted):
    """Asks again and again until the count is as wanted."""
    while count() != wanted:
        time.sleep(0.02)


with pyro.Proxy(sys.argv[1]) as bell:
    print(f"heard by {bell.heard()}")
    bell._pyroTimeout = 0.4
    try:
        bell.wait()
    except errors.TimeoutError:
        print("nobody rings: TimeoutError")
    bell._pyroTimeout = None

    # The time-out closed the connection: the next call opens another.
    until(bell.waiting, 1)
    print("but the call still waits over there")
    bell.ring()
    until(bell.heard, 1)
    print("now it rang, and the call is over")
    print(f"who waits now hears at once: {bell.wait()}")
