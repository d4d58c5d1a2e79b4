/** Shows its certificate, and looks at the server's: both are of an authority that both believe. */
import { readFileSync } from "node:fs";
import { CommunicationError, proxy } from "#pyro";
import type { Vault } from "./server.ts";

const folder = process.env["CERTIFICATES"] ?? "certificates";
const pem = (name: string): string => readFileSync(`${folder}/${name}.pem`, "utf8");
const uri = process.argv[2] ?? "";

await using vault = proxy<Vault>(uri, {
  tls: { cert: pem("client-cert"), key: pem("client-key"), ca: pem("ca-cert") },
});
console.log(`we are ${await vault.whoami()}`);
console.log(`over TLS: ${await vault.secret()}`);

await using plain = proxy<Vault>(uri, { timeoutMs: 20_000 });
await plain.secret().catch((error: unknown) => {
  if (!(error instanceof CommunicationError)) throw error;
  console.log("in plain text: refused");
});
