import { Daemon } from "../daemon/daemon.ts";
import type { DaemonOptions } from "../daemon/options.ts";
import { type KeepOptions, type KeptRegistration, keepRegistered, type RegistrationEvent } from "./keep-registered.ts";
import { stopSignal } from "./stop-signal.ts";

export interface ServeOptions extends DaemonOptions {
  /** Where the names are registered; false: nowhere. Default: the configured name server. */
  readonly nameServer?: Omit<KeepOptions, "onEvent"> | false;
  /** Ends the serving; SIGINT and SIGTERM do so too. */
  readonly signal?: AbortSignal;
  /** Takes the lines that tell what goes on. Default: standard output, as in Python. */
  readonly log?: (line: string) => void;
}

/**
 * Serves objects under names until the program is told to stop: Pyro's `serve` in one call.
 *
 *     await serve({ "example.warehouse": new Warehouse() }, { host: "10.133.1.220" });
 *
 * The names are kept registered (a name server that is not there yet is waited for) and removed in the end; calls that
 * run are answered before the daemon closes.
 */
export async function serve(objects: Readonly<Record<string, object>>, options: ServeOptions = {}): Promise<void> {
  const { nameServer, signal, log = console.log, ...daemonOptions } = options;
  const over = new AbortController();
  const stopped = stopSignal(signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]));
  try {
    await serveUntil(stopped, objects, { ...daemonOptions, nameServer: nameServer ?? {}, log });
  } finally {
    over.abort(); // the process's signals are its own again
  }
}

async function serveUntil(
  stopped: Promise<string>,
  objects: Readonly<Record<string, object>>,
  options: ServeOptions & Required<Pick<ServeOptions, "nameServer" | "log">>,
): Promise<void> {
  const { nameServer, log, ...daemonOptions } = options;
  await using daemon = await Daemon.listen({
    onError: (error, client) => log(`${client}: ${error.message}`),
    ...daemonOptions,
  });
  const kept: KeptRegistration[] = [];
  try {
    for (const [name, target] of Object.entries(objects)) {
      const uri = daemon.register(target);
      log(`Object ${typeof target === "function" ? target.name : target.constructor.name}:`);
      log(`    uri = ${uri}`);
      if (nameServer === false) continue;
      log(`    name = ${name}`);
      kept.push(keepRegistered(name, uri, { ...nameServer, onEvent: (event) => log(describe(name, event)) }));
    }
    log("Pyro daemon running.");
    await stopped;
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
