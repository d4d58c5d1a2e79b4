import { resolve } from "node:path";
import { AuthorityFolder } from "./authority.ts";
import { Board } from "./board.ts";
import { readComposition } from "./composition.ts";
import type { Inventory } from "./inventory.ts";
import { UsageError } from "./usage-error.ts";

/** An authority and certificates: for each service at its host's address, and for clients elsewhere. */
export async function certs(inventory: Inventory, clients: readonly string[], days: number): Promise<void> {
  const { project, services, folder: home } = await readComposition(inventory);
  const folder = resolve(home, process.env["CERTS"] || "certs"); // as compose/tls.yml has it
  const authority = await AuthorityFolder.open(folder, `${project} authority`);
  using board = new Board();
  board.done("certs", "ca", authority.isNew ? "made" : "kept", authority.isNew ? "green" : "dim");
  const wrong = clients.find((name) => !/^[\w.-]+$/.test(name) || services[name] !== undefined);
  if (wrong !== undefined) throw new UsageError(`${wrong} is no name for a client's certificate`);
  for (const [service, { networks }] of Object.entries(services)) {
    const addresses = Object.values((networks ?? {}) as Record<string, { ipv4_address?: string } | null>);
    const own = addresses.flatMap((one) => one?.ipv4_address ?? []);
    const hosts = inventory.hosts.filter((host) => host.services.includes(service)).map(({ address }) => address);
    const names = [...new Set([service, "localhost", "127.0.0.1", ...own, ...hosts])];
    const how = await authority.issue(service, names, days);
    board.done("certs", service, `${how}, for ${names.join(", ")}`, how === "kept" ? "dim" : "green");
  }
  for (const client of clients) {
    const how = await authority.issue(client, [], days);
    board.done("certs", client, how, how === "kept" ? "dim" : "green");
  }
}
