"""What both sides know, and how it travels: a class name, the fields, and the way back."""
try:
    from Pyro5.api import SerializerBase
except ImportError:
    from Pyro4.util import SerializerBase


class Line(object):
    def __init__(self, article, count, price):
        self.article, self.count, self.price = article, count, price


class Order(object):
    def __init__(self, customer, lines):
        self.customer, self.lines = customer, lines

    def total(self):
        return sum(one.count * one.price for one in self.lines)


def line_to_dict(line):
    return {"__class__": "shop.Line", "article": line.article, "count": line.count, "price": line.price}


def line_from_dict(name, fields):
    return Line(fields["article"], fields["count"], fields["price"])


def order_to_dict(order):
    return {"__class__": "shop.Order", "customer": order.customer, "lines": [line_to_dict(one) for one in order.lines]}


def order_from_dict(name, fields):
    # The lines are dicts still: what is inside is left to us.
    return Order(fields["customer"], [line_from_dict("shop.Line", one) for one in fields["lines"]])


SerializerBase.register_class_to_dict(Line, line_to_dict)
SerializerBase.register_dict_to_class("shop.Line", line_from_dict)
SerializerBase.register_class_to_dict(Order, order_to_dict)
SerializerBase.register_dict_to_class("shop.Order", order_from_dict)
