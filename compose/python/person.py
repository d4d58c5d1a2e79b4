"""The visitor of the tutorial; knows the warehouse's methods and nothing of Pyro."""


class Person:
    def __init__(self, name):
        self.name = name

    def visit(self, warehouse):
        print("This is {}.".format(self.name))
        self.deposit(warehouse)
        self.retrieve(warehouse)
        print("Thank you, come again!")

    def deposit(self, warehouse):
        item = self.choose(warehouse, "Type a thing you want to store (or empty): ")
        if item:
            warehouse.store(self.name, item)

    def retrieve(self, warehouse):
        item = self.choose(warehouse, "Type something you want to take (or empty): ")
        if item:
            warehouse.take(self.name, item)

    @staticmethod
    def choose(warehouse, question):
        print("The warehouse contains:", warehouse.list_contents())
        return input(question).strip()
