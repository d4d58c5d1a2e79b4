import { styleText } from "node:util";
import { buildImages, projectOf, readComposition } from "./composition.ts";
import { type Deployment, deploymentOf } from "./deployment.ts";
import { down } from "./down.ts";
import { reach } from "./engine.ts";
import { Fault } from "./faults.ts";
import { type Host, type Inventory, readInventory } from "./inventory.ts";
import { logs } from "./logs.ts";
import { containersOf, type Found } from "./observe.ts";
import { type HostPlan, isChange } from "./plan.ts";
import { send } from "./send.ts";
import { status } from "./status.ts";
import { table } from "./table.ts";
import { type Console, runBeside, runInside } from "./terminal.ts";
import { readableBytes } from "./units.ts";
import { imagesOf, type Survey, survey, toBuild, up } from "./up.ts";
import { UsageError } from "./usage-error.ts";

export const USAGE = `usage: npm run hosts -- VERB [-f hosts.yml]

  plan                   what an up would change, and nothing else
  up                     make the hosts what hosts.yml and the Compose file say
  send [IMAGE ...]       these images, else those of the services, to all hosts that lack them
  status [--json]        a table of hosts and services; 1 if any is not as it should be
  logs [SERVICE ...]     the logs of all hosts as one, and what comes; --tail N, --no-follow
  visit                  the client, on its host, on this terminal
  nsc [ARGUMENT ...]     pyro-nsc on the client's host: nsc list
  exec SERVICE COMMAND   a command in a service's container
  down                   remove what up made; --volumes: their data too; --images: these too
  certs [NAME ...]       an authority, a certificate for each service, and for clients of these names

  -f, --file FILE        another hosts.yml
  --host NAME            which host, for a service that is on several; before nsc or exec
  --no-build             take the images that are here
  --days N               how long certificates hold (365)

Exit codes: 0 done, 1 something is wrong with a host, 2 with hosts.yml, the Compose file or the command.
docs/hosts.md tells the rest.
`;

export interface Flags {
  readonly file: string;
  readonly host?: string;
  readonly help?: boolean;
  readonly "no-build"?: boolean;
  readonly json?: boolean;
  readonly tail?: string;
  readonly "no-follow"?: boolean;
  readonly volumes?: boolean;
  readonly images?: boolean;
  readonly days: string;
  /** What stands behind the verb. */
  readonly rest: readonly string[];
}

/** The service that visits, and whose host `nsc` asks from. */
const CLIENT = "client";

type Verb = (flags: Flags) => Promise<number>;
type VerbName = "plan" | "up" | "send" | "status" | "logs" | "visit" | "nsc" | "exec" | "down" | "certs";

/** What each verb does; the exit code is its answer. */
export const VERBS: Readonly<Record<VerbName, Verb>> = {
  plan: async (flags) => {
    const { inventory, deployment } = await readAndBuild(flags);
    const found = await survey(inventory, deployment);
    for (const line of told(found, deployment)) console.log(line);
    return found.faults.length === 0 ? 0 : 1;
  },

  up: async (flags) => {
    const { inventory, deployment } = await readAndBuild(flags);
    const found = await survey(inventory, deployment);
    report(found.faults);
    const faults = await up(found, deployment);
    report(faults);
    const all = [...found.faults, ...faults];
    if (all.length > 0) console.error(`Not everything is up: see above, and run up again.`);
    else if (!found.plans.some(isChange)) console.error("Nothing had to be changed.");
    return all.length === 0 ? 0 : 1;
  },

  send: async (flags) => {
    const { inventory, deployment } = await (flags.rest.length > 0 ? read(flags) : readAndBuild(flags));
    const faults = await send(inventory, flags.rest.length > 0 ? flags.rest : imagesOf(deployment));
    report(faults);
    return faults.length === 0 ? 0 : 1;
  },

  status: async (flags) => {
    const { inventory, deployment } = await read(flags);
    const { services, faults } = await status(inventory, deployment);
    if (flags.json) {
      console.log(
        JSON.stringify({ services, faults: faults.map(({ host, message }) => ({ host, message })) }, null, 2),
      );
    } else {
      const head = ["HOST", "SERVICE", "STATE", "HEALTH", "ADDRESS", "IMAGE"];
      const rows = services.map(({ host, service, state, health, address, image, good }) => [
        host,
        service,
        `${good ? "●" : "○"} ${state}`,
        health,
        address,
        image,
      ]);
      for (const line of table(head, rows)) console.log(line);
      report(faults);
    }
    return services.every(({ good }) => good) ? 0 : 1;
  },

  logs: async (flags) => {
    const inventory = readInventory(flags.file);
    const project = await projectOf(inventory);
    const stop = new AbortController();
    process.once("SIGINT", () => stop.abort()).once("SIGTERM", () => stop.abort());
    const tail = flags.tail === undefined ? undefined : number("--tail", flags.tail);
    const faults = await logs(inventory, project, {
      services: flags.rest,
      follow: !flags["no-follow"],
      tail,
      write: (line) => console.log(line),
      onFault: (fault) => report([fault]),
      signal: stop.signal,
    });
    if (flags["no-follow"]) report(faults);
    return faults.length === 0 ? 0 : 1;
  },

  visit: async (flags) => onService(flags, CLIENT, (reached, found) => runBeside(reached, found, undefined, terminal)),

  nsc: async (flags) =>
    onService(flags, CLIENT, (reached, found) => runBeside(reached, found, ["pyro-nsc", ...flags.rest], terminal)),

  exec: async (flags) => {
    const [service, ...command] = flags.rest[0] === "--" ? flags.rest.slice(1) : flags.rest;
    if (service === undefined || command.length === 0) throw new UsageError("exec needs a service and a command");
    const words = command[0] === "--" ? command.slice(1) : command;
    return onService(flags, service, (reached, found) =>
      found.info.State.Running
        ? runInside(reached, found, words, terminal)
        : runBeside(reached, found, words, terminal),
    );
  },

  down: async (flags) => {
    const inventory = readInventory(flags.file);
    const project = await projectOf(inventory);
    const options = { volumes: flags.volumes === true, images: flags.images === true };
    const faults = await down(inventory, project, options);
    report(faults);
    return faults.length === 0 ? 0 : 1;
  },

  certs: async (flags) => {
    // Not before it is needed: it is a large library.
    const { certs } = await import("./certs.ts");
    await certs(readInventory(flags.file), flags.rest, number("--days", flags.days));
    return 0;
  },
};

const terminal: Console = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };

async function read({ file }: Flags): Promise<{ inventory: Inventory; deployment: Deployment }> {
  const inventory = readInventory(file);
  return { inventory, deployment: deploymentOf(inventory, await readComposition(inventory)) };
}

/** The same, with the images of its services up to date. */
async function readAndBuild(flags: Flags): ReturnType<typeof read> {
  const all = await read(flags);
  if (!flags["no-build"]) await buildImages(all.inventory, toBuild(all.deployment));
  return all;
}

function report(faults: readonly Fault[]): void {
  for (const { message } of faults) console.error(styleText("red", message, { stream: process.stderr }));
}

function number(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`${flag} must be a number from 1 on, not ${text}`);
  return value;
}

/** Does something with a service's container on its host, or the first of its hosts. */
async function onService(
  flags: Flags,
  service: string,
  act: (reached: Awaited<ReturnType<typeof reach>>, found: Found) => Promise<number>,
): Promise<number> {
  const inventory = readInventory(flags.file);
  const project = await projectOf(inventory);
  const wanted = ({ name }: Host): boolean => flags.host === undefined || flags.host === name;
  const host = inventory.hosts.find((one) => one.services.includes(service) && wanted(one));
  if (host === undefined) {
    throw new UsageError(
      `hosts.yml has no host ${flags.host === undefined ? "" : `${flags.host} `}with the service ${service}`,
    );
  }
  const reached = await reach(host);
  const found = (await containersOf(reached, project)).find((one) => one.name === `${project}-${service}`);
  if (found === undefined) throw new Fault(host, `${service} is not there yet; run up first`);
  return act(reached, found);
}

/** A plan as people read it. */
function told({ plans, faults }: Survey, { left }: Deployment): string[] {
  const lines = plans.flatMap((plan: HostPlan) => {
    const { host, version, architecture } = plan.observed;
    const head = `${styleText("bold", host.name)}  ${host.address}  ${host.engineText}  engine ${version}, ${architecture}`;
    return [
      head,
      ...plan.images.map(
        ({ name, size }) => `  ${styleText("green", "send")}     image ${name} (${readableBytes(size)})`,
      ),
      ...plan.steps.map((step) => {
        if (step.kind === "create") return `  ${styleText("green", "create")}   ${step.placement.service}`;
        const name = step.kind === "remove" ? step.found.name : step.placement.service;
        const colour = step.kind === "keep" ? "dim" : step.kind === "remove" ? "red" : "yellow";
        return `  ${styleText(colour, step.kind.padEnd(7))}  ${name}: ${step.why}`;
      }),
    ];
  });
  const changes = plans.reduce(
    (sum, { images: sent, steps }) => sum + sent.length + steps.filter(({ kind }) => kind !== "keep").length,
    0,
  );
  return [
    ...lines,
    ...faults.map(({ message }) => styleText("red", message)),
    ...(left.length > 0 ? [`On none of the hosts: ${left.join(", ")}`] : []),
    changes === 0 ? "Nothing to change." : `${changes} ${changes === 1 ? "change" : "changes"}: npm run hosts -- up`,
  ];
}
