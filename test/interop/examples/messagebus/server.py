"""A message bus: who subscribed to a topic is called with each message that is sent to it."""
import signal
import sys

try:
    from Pyro5 import api as pyro, errors
except ImportError:
    import Pyro4 as pyro
    from Pyro4 import errors


@pyro.expose
class MessageBus(object):
    def __init__(self):
        self._topics = {}

    def subscribe(self, topic, subscriber):
        # Its URI, as a proxy belongs to one thread, and the next call may come in another.
        self._topics.setdefault(topic, []).append(subscriber._pyroUri)

    def send(self, topic, text):
        """Gives how many subscribers got the message. Who cannot be reached any more is forgotten."""
        reached = []
        for uri in self._topics.get(topic, []):
            try:
                with pyro.Proxy(uri) as subscriber:
                    subscriber.message(topic, text)
                reached.append(uri)
            except errors.CommunicationError:
                pass
        self._topics[topic] = reached
        return len(reached)

    def topics(self):
        return {topic: len(uris) for topic, uris in self._topics.items()}


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with pyro.Daemon() as daemon:
    print(daemon.register(MessageBus(), "example.messagebus"), flush=True)
    daemon.requestLoop()
