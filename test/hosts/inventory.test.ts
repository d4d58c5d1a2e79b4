import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Inventory, readInventory } from "../../scripts/hosts/inventory.ts";
import { Problems } from "../../scripts/hosts/problems.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "inventory-"));
  for (const name of ["ca.pem", "cert.pem", "key.pem", "id", "docker-compose.yml"])
    writeFileSync(join(folder, name), "");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string): Inventory {
  const path = join(folder, "hosts.yml");
  writeFileSync(path, text);
  return readInventory(path);
}

/** The problems of a file, without the path before them. */
function problems(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof Problems) return error.problems.map((line) => line.replace(`${folder}/hosts.yml:`, ""));
    throw error;
  }
  return [];
}

test("every way to reach an engine", () => {
  const { hosts, composeFiles } = read(`
hosts:
  a: { engine: "ssh://pi@10.133.1.221:2222", identity: id, services: nameserver }
  b: { engine: "ssh://lab", address: 10.133.1.220, services: [warehouse] }
  c: { engine: "tcp://10.133.1.224:2376", tls: { ca: ca.pem, cert: cert.pem, key: key.pem }, services: [client] }
  d: { engine: local, address: 10.133.1.225, bind: 192.168.0.7, services: [client] }
  e: { engine: "unix:///run/user/1000/docker.sock", address: 10.133.1.226, services: [client] }
  f: { engine: "ssh://[fd00::2]", address: 10.133.1.227, services: [client] }
`);
  const file = (name: string): string => join(folder, name);
  expect(hosts.map(({ engine }) => engine)).toEqual([
    { kind: "ssh", host: "10.133.1.221", user: "pi", port: 2222, identity: file("id") },
    { kind: "ssh", host: "lab" },
    { kind: "tcp", host: "10.133.1.224", port: 2376, ca: file("ca.pem"), cert: file("cert.pem"), key: file("key.pem") },
    { kind: "local" },
    { kind: "local", socketPath: "/run/user/1000/docker.sock" },
    { kind: "ssh", host: "fd00::2" },
  ]);
  const places = hosts.map(({ address, bind }) => [address, bind]);
  expect(places).toEqual([
    ["10.133.1.221", "10.133.1.221"],
    ["10.133.1.220", "10.133.1.220"],
    ["10.133.1.224", "10.133.1.224"],
    ["10.133.1.225", "192.168.0.7"],
    ["10.133.1.226", "10.133.1.226"],
    ["10.133.1.227", "10.133.1.227"],
  ]);
  expect(hosts[0]?.services).toEqual(["nameserver"]);
  expect(composeFiles).toEqual([file("docker-compose.yml")]);
});

test("the project's own hosts.yml is a good one", () => {
  const { hosts } = readInventory(join(import.meta.dirname, "../../hosts.yml"));
  expect(hosts.map(({ address, services }) => [address, ...services])).toEqual([
    ["10.133.1.221", "nameserver"],
    ["10.133.1.220", "warehouse"],
    ["10.133.1.224", "client"],
  ]);
});

const host = (lines: string): string => `hosts:\n  a:\n${lines.replace(/^/gm, "    ")}\n`;
const rest = "address: 10.0.0.1\nservices: [client]";

test.for<readonly [string, string, string[]]>([
  ["no hosts", "project: x\n", ["1:1: hosts is missing: a map of names to engine, address and services"]],
  ["an empty map of hosts", "hosts: {}\n", ["1:8: hosts: there must be at least one host"]],
  ["a list of hosts", "hosts: [a]\n", ["1:8: hosts: must be a map of keys and values"]],
  [
    "an unknown key",
    host(`engine: local\n${rest}\nadress: 1`),
    ["6:13: hosts.a.adress: is no key here; there are engine, tls, identity, address, bind, services"],
  ],
  ["a key twice", host(`engine: local\nengine: local\n${rest}`), ["4:5: Map keys must be unique"]],
  ["bad YAML", "hosts: [\n", ["2:1: Flow sequence in block collection must be sufficiently indented and end with a ]"]],
  [
    "an engine that is none",
    host(`engine: http://x\n${rest}`),
    [
      "3:13: hosts.a.engine: must be ssh://[user@]host[:port], tcp://host:port with tls, unix:///path/of/docker.sock, or local",
    ],
  ],
  [
    "an engine without TLS",
    host(`engine: tcp://x:2375\n${rest}`),
    ["3:13: hosts.a.engine: needs tls: { ca, cert, key } beside it: without, anyone could command this engine"],
  ],
  [
    "TLS files that are not there",
    host(`engine: tcp://x:2376\ntls: { ca: ca.pem, cert: nowhere.pem }\n${rest}`),
    ["4:10: hosts.a.tls: key is missing: a file", "4:30: hosts.a.tls.cert: there is no file nowhere.pem"],
  ],
  [
    "TLS for ssh",
    host(`engine: ssh://x\ntls: {}\n${rest}`),
    ["4:10: hosts.a.tls: only an engine at tcp:// has tls files"],
  ],
  [
    "an address that is a name",
    host("engine: ssh://x\naddress: lab.example\nservices: [client]"),
    [
      "4:14: hosts.a.address: must be an IPv4 address such as 10.133.1.221, not lab.example: containers have no other names for hosts",
    ],
  ],
  [
    "an address of IPv6, which containers on a bridge have none of",
    host('engine: local\naddress: "fd00::1"\nservices: [client]'),
    [expect.stringMatching(/^4:14: hosts\.a\.address: must be an IPv4 address such as/)],
  ],
  [
    "an address that is missing",
    host("engine: ssh://lab\nservices: [client]"),
    ["3:5: hosts.a: address is missing: the IPv4 address at which the other hosts find this one"],
  ],
  [
    "a port that is none",
    host(`engine: ssh://x:0\n${rest}`),
    [expect.stringMatching(/^3:13: hosts\.a\.engine: must be ssh/)],
  ],
  [
    "an option of ssh",
    host(`engine: ssh://-oProxyCommand=x\n${rest}`),
    [expect.stringMatching(/^3:13: hosts\.a\.engine:/)],
  ],
  [
    "services that are missing, or no texts",
    `hosts:\n  a: { engine: local, address: 10.0.0.1 }\n  b: { engine: local, address: 10.0.0.2, services: [{}] }\n`,
    [
      "2:6: hosts.a: services is missing: a list of the services that run there",
      "3:53: hosts.b.services[0]: must be a text",
    ],
  ],
  [
    "two hosts at one address",
    `hosts:\n  a: { engine: local, address: 10.0.0.1, services: [x] }\n  b: { engine: local, address: 10.0.0.1, services: [y] }\n`,
    ["2:3: hosts: a and b have the same address, 10.0.0.1"],
  ],
  [
    "a Compose file that is not there",
    `compose: nowhere.yml\n${host(`engine: local\n${rest}`)}`,
    ["1:10: compose: there is no file nowhere.yml"],
  ],
  [
    "a project with capitals",
    `project: Lab\n${host(`engine: local\n${rest}`)}`,
    ["1:10: project: must be of lower-case letters, digits, - and _"],
  ],
])("%s", ([, text, expected]) => {
  expect(problems(text)).toEqual(expected);
});

test("a file that is not there, or no file", () => {
  expect(() => readInventory(folder)).toThrow(/: EISDIR/);
  expect(() => readInventory(join(folder, "other.yml"))).toThrow(/other\.yml: there is no such file; go to/);
});
