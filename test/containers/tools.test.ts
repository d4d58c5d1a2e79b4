import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Composition, type Maker, type Topology } from "../support/compose.ts";
import { run } from "../support/docker.ts";
import { describeWithEngine } from "./engine.ts";

const TOOLS: Record<Maker, string> = { ours: "pyro-nsc", pyro4: "pyro4-nsc", pyro5: "pyro5-nsc" };
const NAME_SERVER = "10.133.1.221";

/** In this order: each finds what those before it have left. */
const COMMANDS: readonly (readonly string[])[] = [
  ["ping"],
  ["-v", "ping"],
  ["list"],
  ["register", "test.first", "PYRO:first@10.133.1.9:4001"],
  ["register", "test.second", "PYRO:second@10.133.1.9:4002"],
  ["setmeta", "test.second", "blue"],
  ["list"],
  ["list", "test."],
  ["listmatching", "test\\..*st$"],
  ["lookup", "test.first"],
  ["lookup", "test.second"],
  ["-v", "lookup", "test.second"],
  ["setmeta", "test.second"],
  ["lookup", "test.second"],
  ["remove", "test.first"],
  ["remove", "test.first"],
  ["remove", "test.second"],
  ["list"],
];

/**
 * What ends in an error. Compared is what they print on stdout: Pyro5's tool adds a traceback on stderr, which only
 * Python can print, and Pyro4's ends with 0, where Pyro5's and ours end with 1.
 */
const MISTAKES: readonly (readonly string[])[] = [
  ["register", "test.mine", "PYRO:mine@10.133.1.9:4001"],
  ["register", "test.mine", "PYRO:yours@10.133.1.9:4002"],
  ["register", "test.bad", "not-a-uri"],
  ["lookup", "test.nothing"],
  ["setmeta", "test.nothing", "blue"],
  ["listmatching", "("],
  ["remove", "test.mine"],
];

interface Printed {
  command: string;
  stdout: string;
  code?: number;
  stderr?: string;
}

describeWithEngine("the name server's console tools", () => {
  const images = [new Composition(), new Composition({ client: "pyro4" }), new Composition({ client: "pyro5" })];
  /** By tool, then name server; all name servers have the same address. */
  const printed = {} as Record<Maker, Record<Maker, readonly Printed[]>>;

  beforeAll(async () => {
    for (const composition of images) await composition.build();
    for (const maker of ["ours", "pyro4", "pyro5"] as const) printed[maker] = {} as Record<Maker, readonly Printed[]>;
  });

  for (const server of ["ours", "pyro4", "pyro5"] as const satisfies readonly Maker[]) {
    describe(`against the name server ${server}`, () => {
      let topology: Topology;
      beforeAll(async () => {
        topology = await new Composition({ nameserver: server }).up("nameserver");
      });
      afterAll(() => topology?.down());

      for (const tool of ["pyro4", "pyro5", "ours"] as const satisfies readonly Maker[]) {
        if (server !== "ours" && tool !== "ours" && tool !== server) continue;
        test(`${TOOLS[tool]} runs its commands`, async () => {
          const bystander = await topology.bystander(tool);
          const all: Printed[] = [];
          for (const args of COMMANDS) all.push(await use(bystander, tool, args));
          for (const args of MISTAKES) {
            const { command, stdout } = await use(bystander, tool, args);
            // What follows is the regular expression engine's own way to say it.
            all.push({ command, stdout: stdout.replace(/(?<=invalid regex: ).*/, "…") });
          }
          expect(all[0]).toEqual({ command: "ping", code: 0, stdout: "Name server ping ok.\n", stderr: "" });
          expect(all.at(COMMANDS.length - 1)?.stdout).not.toContain("test.");
          printed[tool][server] = all;
        });
      }
    });
  }

  test("pyro4-nsc prints about our name server what it prints about Python's", () => {
    expect(printed.pyro4.ours).toEqual(printed.pyro4.pyro4);
  });

  test("pyro5-nsc prints about our name server what it prints about Python's", () => {
    expect(printed.pyro5.ours).toEqual(printed.pyro5.pyro5);
  });

  test("our pyro-nsc prints about Pyro4's name server what pyro4-nsc prints", () => {
    expect(printed.ours.pyro4).toEqual(printed.pyro4.pyro4);
  });

  test("our pyro-nsc prints about Pyro5's name server what pyro5-nsc prints", () => {
    expect(printed.ours.pyro5).toEqual(printed.pyro5.pyro5);
  });
});

async function use(bystander: string, tool: Maker, args: readonly string[]): Promise<Printed> {
  const outcome = await run("docker", ["exec", bystander, TOOLS[tool], "-n", NAME_SERVER, ...args]);
  return { command: args.join(" "), ...outcome };
}
