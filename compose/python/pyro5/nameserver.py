from advertised import NATHOST, NATPORT  # before Pyro5

import Pyro5.nameserver

Pyro5.nameserver.start_ns_loop(nathost=NATHOST, natport=NATPORT)  # at PYRO_HOST
