import Pyro5.nameserver

Pyro5.nameserver.start_ns_loop()  # at PYRO_HOST
