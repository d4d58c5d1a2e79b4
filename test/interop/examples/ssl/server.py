"""Speaks TLS, and only with those who show a certificate that we believe."""
import os
import signal
import sys

try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

folder = os.environ.get("CERTIFICATES", "certificates")
pyro.config.SSL = True
pyro.config.SSL_SERVERCERT = f"{folder}/server-cert.pem"
pyro.config.SSL_SERVERKEY = f"{folder}/server-key.pem"
pyro.config.SSL_CACERTS = f"{folder}/ca-cert.pem"
pyro.config.SSL_REQUIRECLIENTCERT = True


@pyro.expose
class Vault(object):
    def whoami(self):
        return pyro.current_context.client.name

    def secret(self):
        return "the key is under the mat"


class TlsDaemon(pyro.Daemon):
    def validateHandshake(self, conn, data):
        """The certificate tells who it is: no password is needed."""
        subject = dict(pair for part in conn.getpeercert()["subject"] for pair in part)
        conn.name = subject["commonName"]
        return "hello"


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with TlsDaemon() as daemon:
    print(daemon.register(Vault(), "example.vault"), flush=True)
    daemon.requestLoop()
