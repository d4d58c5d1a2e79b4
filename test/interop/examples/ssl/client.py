"""Shows its certificate, and looks at the server's: both are of an authority that both believe."""
import os
import sys

try:
    from Pyro5 import api as pyro, errors
except ImportError:
    import Pyro4 as pyro
    from Pyro4 import errors

folder = os.environ.get("CERTIFICATES", "certificates")
pyro.config.SSL = True
pyro.config.SSL_CLIENTCERT = f"{folder}/client-cert.pem"
pyro.config.SSL_CLIENTKEY = f"{folder}/client-key.pem"
pyro.config.SSL_CACERTS = f"{folder}/ca-cert.pem"

with pyro.Proxy(sys.argv[1]) as vault:
    print(f"we are {vault.whoami()}")
    print(f"over TLS: {vault.secret()}")

pyro.config.SSL = False
with pyro.Proxy(sys.argv[1]) as plain:
    try:
        plain.secret()
    except errors.CommunicationError:
        print("in plain text: refused")
