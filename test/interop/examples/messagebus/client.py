"""Two readers of two papers. Each has a daemon, so that one of them can leave."""
import sys
import threading

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro


class Reader(object):
    def __init__(self, name):
        self._name = name

    @pyro.expose
    def message(self, topic, text):
        print(f"{self._name} reads in {topic}: {text}")


def listen(reader):
    daemon = pyro.Daemon()
    daemon.register(reader)
    threading.Thread(target=daemon.requestLoop).start()
    return daemon


with pyro.Proxy(sys.argv[1]) as bus:
    ann, bob = Reader("Ann"), Reader("Bob")
    home, cafe = listen(ann), listen(bob)

    bus.subscribe("weather", ann)
    bus.subscribe("weather", bob)
    bus.subscribe("sports", bob)
    print(f"readers: {bus.send('weather', 'it rains')}")
    print(f"readers: {bus.send('sports', 'two to one')}")
    print(f"readers: {bus.send('politics', 'nothing new')}")

    cafe.shutdown()
    cafe.close()
    print("Bob has left")
    print(f"readers: {bus.send('weather', 'it snows')}")
    print(f"subscribed to the weather: {bus.topics()['weather']}")
    home.shutdown()
