"""Sends an order and gets one: both are orders, here and there."""
import sys

try:
    from Pyro5 import api as pyro, errors
except ImportError:
    import Pyro4 as pyro
    from Pyro4 import errors

from shop import Line, Order


class Wish(object):
    text = "a pony"


with pyro.Proxy(sys.argv[1]) as shop:
    order = Order("Ann", [Line("chair", 4, 50), Line("table", 1, 300)])
    print(f"total: {shop.total(order)}")

    cheaper = shop.discounted(order, 10)
    print(f"an order came back: {str(isinstance(cheaper, Order)).lower()}, of {cheaper.customer}")
    for line in cheaper.lines:
        print(f"{line.count} of {line.article}: {line.price}")
    print(f"new total: {cheaper.total()}")

    try:
        shop.total(Wish())
    except (errors.SecurityError, errors.SerializeError):
        print("a class that nobody registered does not travel")
