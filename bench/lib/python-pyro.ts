/** Python's own Pyro as peers: the two versions differ in names only. */
import type { DefinePeers, PeerSpec } from "./peers.ts";
import { NAMES, type Workload } from "./work.ts";

export interface PythonPyro {
  readonly version: 4 | 5;
  readonly release: string;
  /** The module that runs a name server. */
  readonly nameServer: string;
  /** What else than serpent, which does everything, is measured. */
  readonly serializers: Readonly<Record<string, readonly Workload[]>>;
}

const EVERYTHING: readonly Workload[] = ["w1", "w2", "w3s", "w3m", "w3l", "w4", "w5", "w7"];

export function pythonPyro({ version, release, nameServer, serializers }: PythonPyro): DefinePeers {
  return ({ python, py4, py5 }) => {
    const common = (env: Record<string, string> = {}): Pick<PeerSpec, "group" | "needs" | "env"> => ({
      group: "pyro",
      needs: ["Python's Pyro"],
      env: { PYTHONPATH: version === 4 ? py4 : py5, ...env },
    });
    const client: PeerSpec["client"] = { driver: "python", module: "client.py" };
    const calls = (server: string, serializer: string, workloads: readonly Workload[]): PeerSpec => ({
      ...common({ BENCH_SERIALIZER: serializer }),
      name: `pyro${version}-${server}-${serializer}`,
      title: `Pyro${version} ${release} ${server}, ${serializer}`,
      ...(server === "thread" && serializer === "serpent" ? {} : { variant: true }),
      workloads,
      server: [python, "server.py", server],
      client,
      streamItems: 20_000,
    });
    const names = (storage: string): PeerSpec => ({
      ...common(),
      name: `pyro${version}-ns-${storage}`,
      title: `Pyro${version} ${release}, ${storage}`,
      workloads: ["w6"],
      server: [python, "server.py", "ns", storage, String(NAMES)],
      client,
    });
    return [
      calls("thread", "serpent", EVERYTHING),
      calls("multiplex", "serpent", EVERYTHING),
      ...Object.entries(serializers).map(([serializer, workloads]) => calls("thread", serializer, workloads)),
      names("memory"),
      names("sql"),
      {
        ...common(),
        name: `pyro${version}-nsd`,
        title: `python -m ${nameServer}`,
        workloads: ["w8"],
        startup: {
          command: [python, "-m", nameServer, "-n", "127.0.0.1", "-p", "{port}", "-x"],
          probe: version === 4 ? "pyro4" : "pyro5",
        },
      },
    ];
  };
}
