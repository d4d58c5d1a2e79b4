import type { DaemonOptions } from "../daemon/daemon-options.ts";
import {
  type KeepOptions,
  type KeptRegistration,
  keepRegistered,
  type RegistrationEvent,
} from "../naming/keep-registered.ts";
import { Daemon } from "./daemon.ts";
import { stopSignal } from "./stop-signal.ts";

/** Options of `serve`, in addition to those of the daemon that it starts. */
export interface ServeOptions extends DaemonOptions {
  /**
   * Where the names are registered; false: nowhere, they are the objects' ids in the daemon then. Default: the configured
   * name server.
   */
  readonly nameServer?: Omit<KeepOptions, "onEvent"> | false;
  /** Serves with this daemon, which is closed in the end; options that make a daemon are of no use then. */
  readonly daemon?: Daemon;
  /** Asked every 100 ms; false ends the serving. */
  readonly while?: () => boolean;
  /** Ends the serving; SIGINT and SIGTERM do so too. */
  readonly signal?: AbortSignal;
  /** Takes the lines that tell what goes on. Default: standard output, as in Python. */
  readonly log?: (line: string) => void;
}

/**
 * Serves objects under names until the program is told to stop: Pyro's `serve` in one call.
 *
 *     await serve({ "example.warehouse": new Warehouse() }, { host: "10.133.1.220" });
 *     await serve(new Map([[new Warehouse(), "example.warehouse"], [new Audit(), null]])); // the other way, as in Python
 *
 * The names are kept registered (a name server that is not there yet is waited for) and removed in the end; calls that
 * run are answered before the daemon closes.
 */
export async function serve(
  objects: Readonly<Record<string, object>> | ReadonlyMap<object, string | null>,
  options: ServeOptions = {},
): Promise<void> {
  const { nameServer, signal, log = console.log, ...daemonOptions } = options;
  const over = new AbortController();
  const stopped = stopSignal(signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]));
  const all: Named[] =
    objects instanceof Map
      ? [...(objects as ReadonlyMap<object, string | null>)]
      : Object.entries(objects).map(([name, target]) => [target, name]);
  try {
    await serveUntil(stopped, all, { ...daemonOptions, nameServer: nameServer ?? {}, log });
  } finally {
    over.abort(); // the process's signals are its own again
  }
}

/** An object, and the name that it is served under if it has one. */
type Named = readonly [target: object, name: string | null];

async function serveUntil(
  stopped: Promise<string>,
  objects: readonly Named[],
  options: ServeOptions & Required<Pick<ServeOptions, "nameServer" | "log">>,
): Promise<void> {
  const { nameServer, log, daemon: given, while: condition, ...daemonOptions } = options;
  const onError = (error: Error, client: string): void => log(`${client}: ${error.message}`);
  await using daemon = given ?? (await Daemon.listen({ onError, ...daemonOptions }));
  const kept: KeptRegistration[] = [];
  try {
    for (const [target, name] of objects) {
      const uri = daemon.register(target, nameServer === false ? (name ?? undefined) : undefined);
      log(`Object ${typeof target === "function" ? target.name : target.constructor.name}:`);
      log(`    uri = ${uri}`);
      if (nameServer === false || name === null) continue;
      log(`    name = ${name}`);
      kept.push(keepRegistered(name, uri, { ...nameServer, onEvent: (event) => log(describe(name, event)) }));
    }
    log("Pyro daemon running.");
    await Promise.race([stopped, daemon.loop(condition === undefined ? {} : { while: condition })]);
  } finally {
    // The names go first, so that nobody is sent to a daemon that is closing.
    await Promise.all(kept.map((one) => one[Symbol.asyncDispose]()));
  }
}

/** A registration event as one line for people. */
export function describe(name: string, event: RegistrationEvent): string {
  switch (event.type) {
    case "waiting":
      return `Waiting for the name server. ${event.reason}`;
    case "registered":
      return `${name} is registered${event.again ? " again" : ""} with ${event.nameServer}`;
    case "lost":
      return `The name server is gone, trying to find it again. ${event.reason}`;
    case "taken":
      return `The name ${name} was taken over by ${event.by}`;
    default:
      return event satisfies never;
  }
}
