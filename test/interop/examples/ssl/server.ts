/** Speaks TLS, and only with those who show a certificate that we believe. */
import { readFileSync } from "node:fs";
import { callContext, Daemon, expose, stopSignal } from "#pyro";
import type { ConnectionInfo } from "#pyro/server";

const folder = process.env["CERTIFICATES"] ?? "certificates";
const pem = (name: string): string => readFileSync(`${folder}/${name}.pem`, "utf8");

export class Vault {
  static {
    expose(this, { methods: { whoami: "whoami()", secret: "secret()" } });
  }

  whoami(): string {
    return String(callContext()?.connection.data.get("name"));
  }

  secret(): string {
    return "the key is under the mat";
  }
}

/** The certificate tells who it is: no password is needed. */
function validateHandshake(_data: unknown, connection: ConnectionInfo): unknown {
  const name = connection.tls?.peerCertificate?.subject?.CN;
  connection.data.set("name", name);
  return "hello";
}

await using daemon = await Daemon.listen({
  tls: { cert: pem("server-cert"), key: pem("server-key"), ca: pem("ca-cert"), requestCert: true },
  validateHandshake,
});
console.log(String(daemon.register(new Vault(), "example.vault")));
await stopSignal();
