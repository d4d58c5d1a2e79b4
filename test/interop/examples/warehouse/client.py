"""Janet and Henry visit the warehouse, which they find by its name."""
try:
    from Pyro5.api import Proxy
except ImportError:
    from Pyro4 import Proxy


def visit(warehouse, name, brought, wanted):
    print(f"This is {name}.")
    print(f"The warehouse contains: {', '.join(warehouse.list_contents())}")
    warehouse.store(name, brought)
    try:
        warehouse.take(name, wanted)
        print(f"{name} leaves the {brought} and has the {wanted}.")
    except ValueError as error:
        print(f"{name} leaves the {brought}, but {error}.")


with Proxy("PYRONAME:example.warehouse") as warehouse:
    visit(warehouse, "Janet", "television", "couch")
    visit(warehouse, "Henry", "bricks", "bike")
    print(f"In the end: {', '.join(warehouse.list_contents())}")
