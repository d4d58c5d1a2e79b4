import { join } from "node:path";
import type { DefinePeers, PeerSpec } from "../../lib/peers.ts";
import { NAMES, type Workload } from "../../lib/work.ts";

const SERPENT: readonly Workload[] = ["w1", "w2", "w3s", "w3m", "w3l", "w4", "w5", "w7"];
/** Serializers that leave bytes as they are. */
const RAW_BYTES = ["marshal", "msgpack"] as const;

const peers: DefinePeers = ({ root, node, python, py4, py5 }) => {
  const server: PeerSpec["server"] = [node, "server.ts"];
  const names: PeerSpec["server"] = [node, "server.ts", "ns", String(NAMES)];
  const client: PeerSpec["client"] = { driver: "node", module: "client.ts" };
  const startup = (program: string): NonNullable<PeerSpec["startup"]> => ({
    command: [node, join(root, program), "-n", "127.0.0.1", "-p", "{port}", "-x"],
    probe: "pyro5",
  });
  const withPython = (version: 4 | 5): PeerSpec[] => {
    const mixed: Pick<PeerSpec, "group" | "needs" | "env"> = {
      group: "mixed",
      needs: ["Python's Pyro"],
      env: { PYTHONPATH: version === 4 ? py4 : py5 },
    };
    return [
      {
        ...mixed,
        name: `ours-pyro${version}`,
        title: `pyro-ts client, Pyro${version} server`,
        workloads: SERPENT,
        server: [python, `../pyro${version}/server.py`, "thread"],
        client,
      },
      {
        ...mixed,
        name: `pyro${version}-ours`,
        title: `Pyro${version} client, pyro-ts server`,
        workloads: SERPENT,
        server,
        client: { driver: "python", module: `../pyro${version}/client.py` },
      },
    ];
  };
  return [
    { name: "ours", title: "pyro-ts, serpent", group: "ours", workloads: SERPENT, server, client },
    ...RAW_BYTES.map(
      (serializer): PeerSpec => ({
        name: `ours-${serializer}`,
        title: `pyro-ts, ${serializer}`,
        group: "ours",
        variant: true,
        env: { BENCH_SERIALIZER: serializer },
        workloads: ["w1", "w3s", "w3m", "w3l", "w4"],
        server,
        client,
      }),
    ),
    {
      name: "ours-items",
      title: "pyro-ts, items one by one",
      group: "ours",
      variant: true,
      env: { BENCH_ITEMS: "single" },
      workloads: ["w7"],
      server,
      client,
    },
    ...withPython(5),
    ...withPython(4),
    { name: "ours-ns", title: "pyro-ts, memory", group: "ours", workloads: ["w6"], server: names, client },
    {
      name: "pyro5-ours-ns",
      title: "Pyro5 client, pyro-ts, memory",
      group: "mixed",
      needs: ["Python's Pyro"],
      env: { PYTHONPATH: py5 },
      workloads: ["w6"],
      server: names,
      client: { driver: "python", module: "../pyro5/client.py" },
    },
    {
      name: "ours-nsd",
      title: "pyro-ns, from source",
      group: "ours",
      // Compiled modules are kept, as in the services' image.
      env: { NODE_COMPILE_CACHE: join(root, ".cache/compiled") },
      workloads: ["w8"],
      startup: startup("src/cli/ns.ts"),
    },
    {
      name: "ours-nsd-dist",
      title: "pyro-ns, built",
      group: "ours",
      needs: ["built pyro-ts"],
      workloads: ["w8"],
      startup: startup("dist/cli/ns.js"),
    },
  ];
};

export default peers;
