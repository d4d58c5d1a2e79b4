import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { onEach, type Reached, reach, reachAll } from "./engine.ts";
import { type Fault, faultOf } from "./faults.ts";
import type { Host, Inventory } from "./inventory.ts";
import { LineCutter, type LogLine, logLines } from "./log-lines.ts";
import { containersOf, type Found } from "./observe.ts";

const COLOURS = ["cyan", "yellow", "green", "magenta", "blue", "red"] as const;
const LOOK_AGAIN_MS = 1_000;

export interface LogOptions {
  /** Only these services; none: all. */
  readonly services: readonly string[];
  readonly follow: boolean;
  /** How many lines of each service's past. */
  readonly tail: number | undefined;
  readonly write: (line: string) => void;
  /** What goes wrong while following. */
  readonly onFault: (fault: Fault) => void;
  readonly signal: AbortSignal;
}

/** The logs of all hosts as one: the past in the order of time, and then, with `follow`, whatever comes. */
export async function logs(inventory: Inventory, project: string, options: LogOptions): Promise<readonly Fault[]> {
  const label = labels(inventory);
  const wanted = ({ service }: Found): boolean => options.services.length === 0 || options.services.includes(service);
  const reached = await reachAll(inventory.hosts);
  const past = await onEach(reached.done, async (one) => {
    const containers = (await containersOf(one, project)).filter(wanted);
    return Promise.all(
      containers.map(async (found) => ({
        host: one.host,
        found,
        lines: await logLines(
          one.engine.getContainer(found.id),
          options.tail === undefined ? {} : { tail: options.tail },
        ),
      })),
    );
  });
  const seen = new Map<string, string>();
  const told = past.done.flat().flatMap(({ host, found, lines }) => {
    seen.set(found.id, lines.at(-1)?.at ?? "");
    return lines.map((line) => ({ line, text: label(host, found.service) + line.text }));
  });
  for (const { text } of told.toSorted((a, b) => (a.line.at < b.line.at ? -1 : 1))) options.write(text);
  if (options.follow) {
    const hosts = inventory.hosts;
    await Promise.all(hosts.map((host) => followHost(host, project, { ...options, wanted, seen, label })));
  }
  return [...reached.faults, ...past.faults];
}

interface Following extends LogOptions {
  readonly wanted: (found: Found) => boolean;
  /** The time of the last line that was told, by container. */
  readonly seen: Map<string, string>;
  readonly label: (host: Host, service: string) => string;
}

/** Follows whatever runs on a host, and comes back when a container, or the host itself, was away. */
async function followHost(host: Host, project: string, following: Following): Promise<void> {
  const { signal, wanted, onFault } = following;
  const followed = new Set<string>();
  let reached: Reached | undefined;
  let away = false;
  while (!signal.aborted) {
    try {
      reached ??= await reach(host);
      away = false;
      for (const found of (await containersOf(reached, project)).filter(wanted)) {
        if (followed.has(found.id) || !found.info.State.Running) continue;
        followed.add(found.id);
        void followContainer(reached, found, following)
          .catch(() => undefined) // the next look at the host tells what was the matter
          .finally(() => followed.delete(found.id));
      }
    } catch (error) {
      if (!away && !signal.aborted) onFault(faultOf(host, error));
      away = true;
      reached = undefined;
    }
    await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function followContainer({ host, engine }: Reached, found: Found, following: Following): Promise<void> {
  const { seen, write, label, signal } = following;
  const last = seen.get(found.id) ?? "";
  const stream = (await engine.getContainer(found.id).logs({
    stdout: true,
    stderr: true,
    timestamps: true,
    follow: true,
    // Whole seconds of the past come again, and are left out below.
    ...(last === "" ? {} : { since: Math.floor(Date.parse(last) / 1000) }),
  })) as unknown as Readable;
  const stop = (): void => void stream.destroy();
  signal.addEventListener("abort", stop, { once: true });
  const cutter = new LineCutter(found.info.Config.Tty);
  const tell = ({ at, text }: LogLine): void => {
    if (at <= (seen.get(found.id) ?? "")) return;
    seen.set(found.id, at);
    write(label(host, found.service) + text);
  };
  try {
    for await (const chunk of stream) for (const line of cutter.feed(chunk as Buffer)) tell(line);
    for (const line of cutter.end()) tell(line);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** What stands before a line: host and service, each host in its colour. */
function labels({ hosts }: Inventory): (host: Host, service: string) => string {
  const longest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
  const width = longest(hosts.map(({ name }) => name)) + 1 + longest(hosts.flatMap(({ services }) => services));
  return (host, service) => {
    const at = hosts.findIndex(({ name }) => name === host.name);
    const name = `${host.name} ${service}`.padEnd(width);
    return `${styleText(COLOURS[at % COLOURS.length] as (typeof COLOURS)[number], name)} | `;
  };
}
