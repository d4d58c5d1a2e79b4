import { existsSync } from "node:fs";
import { isIPv4 } from "node:net";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Entry, YamlFile } from "./yaml-reader.ts";

/** How a host's Docker engine is reached. */
export type EngineAddress =
  | { readonly kind: "local"; readonly socketPath?: string }
  | {
      readonly kind: "ssh";
      readonly host: string;
      readonly user?: string;
      readonly port?: number;
      /** A file with the private key; without it ssh takes those that it always takes. */
      readonly identity?: string;
    }
  | {
      readonly kind: "tcp";
      readonly host: string;
      readonly port: number;
      /** Files. */
      readonly ca: string;
      readonly cert: string;
      readonly key: string;
    };

export interface Host {
  readonly name: string;
  readonly engine: EngineAddress;
  /** The engine as it is written in the file. */
  readonly engineText: string;
  /** Where the others find it: an IPv4 address, as containers on a bridge have no other. */
  readonly address: string;
  /** Where its ports are published: one of its own addresses. */
  readonly bind: string;
  readonly services: readonly string[];
}

/** A hosts.yml: which service runs where. */
export interface Inventory {
  readonly path: string;
  /** The folder of the file, which relative paths start from. */
  readonly folder: string;
  /** What is made on the hosts carries this name. Default: the Compose file's. */
  readonly project?: string;
  readonly composeFiles: readonly string[];
  readonly hosts: readonly Host[];
}

const NAME = /^[a-z0-9][a-z0-9_-]*$/;
const ENGINE = "must be ssh://[user@]host[:port], tcp://host:port with tls, unix:///path/of/docker.sock, or local";

/**
 * Reads a hosts.yml.
 *
 * @throws {Problems} with every problem of it: file, line, column, key, and what to write instead.
 */
export function readInventory(path: string): Inventory {
  const file = new YamlFile(path);
  const folder = resolve(dirname(path));
  const { project, compose, hosts } = file.top.fields(["project", "compose", "hosts"]);
  const projectName = project?.text();
  if (projectName !== undefined && !NAME.test(projectName)) {
    project?.refuse("must be of lower-case letters, digits, - and _");
  }
  const composeFiles = (compose?.texts() ?? []).map(({ text, entry }) => {
    const found = resolve(folder, text);
    if (!existsSync(found)) entry.refuse(`there is no file ${text}`);
    return found;
  });
  if (hosts === undefined) file.top.refuse("hosts is missing: a map of names to engine, address and services");
  const listed = hosts?.entries() ?? [];
  if (listed.length === 0 && file.problems.length === 0) hosts?.refuse("there must be at least one host");
  const read = listed.flatMap(([name, entry]) => readHost(name, entry, folder) ?? []);
  refuseTwins(hosts, read);
  file.finish();
  return {
    path,
    folder,
    ...(projectName === undefined ? {} : { project: projectName }),
    composeFiles: composeFiles.length > 0 ? composeFiles : [join(folder, "docker-compose.yml")],
    hosts: read,
  };
}

function readHost(name: string, entry: Entry, folder: string): Host | undefined {
  if (!NAME.test(name)) entry.refuse("the name must be of lower-case letters, digits, - and _");
  const fields = entry.fields(["engine", "tls", "identity", "address", "bind", "services"]);
  if (fields.engine === undefined) entry.refuse(`engine is missing: it ${ENGINE}`);
  if (fields.services === undefined) entry.refuse("services is missing: a list of the services that run there");
  const engineText = fields.engine?.text();
  const services = (fields.services?.texts() ?? []).map(({ text }) => text);
  const engine =
    fields.engine === undefined || engineText === undefined
      ? undefined
      : readEngine(engineText, { ...fields, engine: fields.engine }, folder);
  const address = readAddress(fields.address) ?? addressOf(engine);
  if (address === undefined && fields.address === undefined && engine !== undefined) {
    entry.refuse("address is missing: the IPv4 address at which the other hosts find this one");
  }
  const bind = readAddress(fields.bind) ?? address;
  if (engine === undefined || engineText === undefined || address === undefined || bind === undefined) return undefined;
  return { name, engine, engineText, address, bind, services };
}

function readAddress(entry: Entry | undefined): string | undefined {
  const text = entry?.text();
  if (text === undefined || isIPv4(text)) return text;
  return entry?.refuse(
    `must be an IPv4 address such as 10.133.1.221, not ${text}: containers have no other names for hosts`,
  );
}

/** An engine that is reached by an address is known by it, unless something else is said. */
function addressOf(engine: EngineAddress | undefined): string | undefined {
  return engine !== undefined && engine.kind !== "local" && isIPv4(engine.host) ? engine.host : undefined;
}

interface EngineEntries {
  readonly engine: Entry;
  readonly tls?: Entry;
  readonly identity?: Entry;
}

function readEngine(text: string, entries: EngineEntries, folder: string): EngineAddress | undefined {
  const { engine: entry, tls, identity } = entries;
  const kind = /^(ssh|tcp|unix):\/\//.exec(text)?.[1] ?? text;
  if (tls !== undefined && kind !== "tcp") tls.refuse("only an engine at tcp:// has tls files");
  if (identity !== undefined && kind !== "ssh") identity.refuse("only an engine at ssh:// has an identity");
  if (kind === "local") return { kind: "local" };
  if (kind === "unix") return { kind: "local", socketPath: text.slice("unix://".length) };
  const found = /^(?:ssh|tcp):\/\/(?:([^@/\s:]+)@)?(\[[\da-fA-F:.]+\]|[^@/\s:[\]]+)(?::(\d+))?$/.exec(text);
  const [, user, bracketed = "", digits] = found ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (found === null || (port !== undefined && (port < 1 || port > 65_535))) return entry.refuse(ENGINE);
  // What begins with a dash would be an option of ssh.
  if (user?.startsWith("-") || bracketed.startsWith("-")) return entry.refuse(ENGINE);
  const host = bracketed.replace(/^\[(.*)\]$/, "$1");
  if (kind === "ssh") {
    const keyFile = identity === undefined ? undefined : readFile(identity, folder);
    return {
      kind: "ssh",
      host,
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port }),
      ...(keyFile === undefined ? {} : { identity: keyFile }),
    };
  }
  if (kind !== "tcp") return entry.refuse(ENGINE);
  if (user !== undefined || port === undefined) return entry.refuse(ENGINE);
  if (tls === undefined) {
    return entry.refuse("needs tls: { ca, cert, key } beside it: without, anyone could command this engine");
  }
  const { ca, cert, key } = tls.fields(["ca", "cert", "key"]);
  const files = { ca, cert, key };
  for (const [name, file] of Object.entries(files)) if (file === undefined) tls.refuse(`${name} is missing: a file`);
  const paths = [ca, cert, key].map((file) => (file === undefined ? undefined : readFile(file, folder)));
  const [caFile, certFile, keyFile] = paths;
  if (caFile === undefined || certFile === undefined || keyFile === undefined) return undefined;
  return { kind: "tcp", host, port, ca: caFile, cert: certFile, key: keyFile };
}

function readFile(entry: Entry, folder: string): string | undefined {
  const text = entry.text();
  if (text === undefined) return undefined;
  const path = resolve(folder, text.replace(/^~(?=\/)/, homedir()));
  return existsSync(path) ? path : entry.refuse(`there is no file ${text}`);
}

/** Two hosts at one address, or a service twice on one. */
function refuseTwins(entry: Entry | undefined, hosts: readonly Host[]): void {
  const at = new Map<string, string>();
  for (const { name, address, services } of hosts) {
    const other = at.get(address);
    if (other !== undefined) entry?.refuse(`${other} and ${name} have the same address, ${address}`);
    at.set(address, name);
    const twice = services.find((service, index) => services.indexOf(service) !== index);
    if (twice !== undefined) entry?.refuse(`${name} has ${twice} twice`);
  }
}
