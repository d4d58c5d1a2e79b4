import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ComposeService } from "../../scripts/hosts/composition.ts";
import { deploymentOf } from "../../scripts/hosts/deployment.ts";
import { Problems } from "../../scripts/hosts/problems.ts";
import { client, composition, deployed, folder, host, inventory, SERVICES } from "../support/deployments.ts";

function refused(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof Problems) return error.problems;
    throw error;
  }
  return [];
}

describe("is refused, by name", () => {
  test.for<readonly [string, ComposeService, string]>([
    [
      "a key that nobody knows",
      { blkio_config: {} },
      "services.client.blkio_config: cannot be carried over to another host: take it out, or run it there by hand",
    ],
    [
      "a network of another container",
      { network_mode: "service:x" },
      "services.client.network_mode: service:x is only for containers of one host: host or none",
    ],
    [
      "a range of ports",
      { ports: [{ target: 1, published: "1-2" }] },
      "services.client.ports: a range of ports, 1-2: name one",
    ],
    [
      "several replicas",
      { deploy: { replicas: 2 } },
      "services.client.deploy: replicas cannot be carried over to another host",
    ],
    [
      "placement",
      { deploy: { placement: {} } },
      "services.client.deploy: placement cannot be carried over to another host",
    ],
    [
      "a duration that is none",
      { stop_grace_period: "soon" },
      "services.client.stop_grace_period: soon is no duration",
    ],
    [
      "a container's name",
      { container_name: "x" },
      expect.stringMatching(/^services\.client\.container_name: cannot/) as never,
    ],
    ["several of it", { scale: 3 }, "services.client.scale: one container a host, not 3"],
    [
      "an option of a volume",
      { volumes: [{ type: "volume", source: "s", target: "/s", volume: { labels: {} } }] },
      "services.client.volumes: labels cannot be carried over to another host",
    ],
    [
      "a pipe",
      { volumes: [{ type: "npipe", target: "/s" }] },
      "services.client.volumes: a npipe at /s cannot be carried over to another host",
    ],
    [
      "a secret from nowhere",
      { secrets: [{ source: "key" }] },
      "services.client.secrets: key has neither a file nor a content",
    ],
  ])("%s", ([, keys, problem]) => {
    expect(refused(() => client(keys))).toEqual([problem]);
  });

  test("a folder of this machine that is written to", () => {
    const volumes = [{ type: "bind", source: join(folder, "certs"), target: "/certs" }];
    expect(refused(() => client({ volumes }))).toEqual([
      "services.client.volumes: certs is on this machine, and what is written at /certs would not come back: mount it with :ro, or take a named volume",
    ]);
  });

  test("a secret whose file is not there yet", () => {
    const secrets = { key: { name: "key", file: join(folder, "certs/client/key.pem") } };
    expect(refused(() => client({ secrets: [{ source: "key" }] }, { secrets }))).toEqual([
      "services.client.secrets: there is no file certs/client/key.pem: npm run hosts -- certs makes it",
    ]);
  });

  test("what does not fit together, all at once", () => {
    const hosts = [
      host("h221", 221, "nameserver", "shop"),
      host("h220", 220, "nameserver"),
      host("h224", 224, "client"),
    ];
    expect(refused(() => deploymentOf(inventory(hosts), composition(SERVICES)))).toEqual([
      "hosts.yml: hosts.h221.services: there is no service shop; there are nameserver, warehouse, client",
      "nameserver is on h221 and h220, but others look for it at one address: leave it on one host",
      "services.client.depends_on: warehouse is on none of the hosts",
    ]);
  });

  test("networks that would be one across hosts, or lead nowhere", () => {
    const on = (...names: string[]): object => ({ networks: Object.fromEntries(names.map((name) => [name, null])) });
    const two = { ...SERVICES, client: { ...SERVICES["client"], ...on("front", "back") } };
    expect(refused(() => deployed(two))).toEqual([
      "networks: front, back would be one and the same across hosts: put all services on one network",
    ]);
    const inner = { ...SERVICES, client: { ...SERVICES["client"], ...on("inner") } };
    expect(refused(() => deployed(inner, { networks: { inner: { internal: true } } }))).toEqual([
      "networks.inner.internal: reaches no other host",
    ]);
  });
});
