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
   * The name server to register the names with. `false`: no name server; the names are used as object ids in the
   * daemon. Default: the configured name server.
   */
  readonly nameServer?: Omit<KeepOptions, "onEvent"> | false;
  /** Use this daemon. `serve` closes it at the end, and ignores the other daemon options. Default: a new daemon. */
  readonly daemon?: Daemon;
  /** Called every 100 ms. Return false to stop serving. */
  readonly while?: () => boolean;
  /** Stops serving when it aborts. SIGINT and SIGTERM stop it too. */
  readonly signal?: AbortSignal;
  /** Receives the log lines. Default: standard output, as in Python. */
  readonly log?: (line: string) => void;
}

/**
 * Registers objects under names and serves them until the program is stopped, like Pyro's `serve`.
 *
 *     await serve({ "example.warehouse": new Warehouse() }, { host: "10.133.1.220" });
 *     await serve(new Map([[new Warehouse(), "example.warehouse"], [new Audit(), null]])); // as in Python
 *
 * The names are kept registered. If the name server is not available yet, `serve` waits for it. At the end the
 * names are removed, running calls are finished, and the daemon is closed.
 */
export async function serve(
  objects: Readonly<Record<string, object>> | ReadonlyMap<object, string | null>,
  options: ServeOptions = {},
): Promise<void> {
  const { nameServer, signal, log = console.log, ...daemonOptions } = options;
  const finished = new AbortController();
  const stopped = stopSignal(signal === undefined ? finished.signal : AbortSignal.any([signal, finished.signal]));
  const all: NamedObject[] =
    objects instanceof Map
      ? [...(objects as ReadonlyMap<object, string | null>)]
      : Object.entries(objects).map(([name, target]) => [target, name]);
  try {
    await serveUntil(stopped, all, { ...daemonOptions, nameServer: nameServer ?? {}, log });
  } finally {
    finished.abort(); // removes the signal handlers
  }
}

/** An object and its name, if it has one. */
type NamedObject = readonly [target: object, name: string | null];

async function serveUntil(
  stopped: Promise<string>,
  objects: readonly NamedObject[],
  options: ServeOptions & Required<Pick<ServeOptions, "nameServer" | "log">>,
): Promise<void> {
  const { nameServer, log, daemon: provided, while: condition, ...daemonOptions } = options;
  const { transport, environment } = daemonOptions;
  const onError = (error: Error, client: string): void => log(`${client}: ${error.message}`);
  await using daemon = provided ?? (await Daemon.listen({ onError, ...daemonOptions }));
  const registrations: KeptRegistration[] = [];
  try {
    for (const [target, name] of objects) {
      const uri = daemon.register(target, nameServer === false ? (name ?? undefined) : undefined);
      log(`Object ${typeof target === "function" ? target.name : target.constructor.name}:`);
      log(`    uri = ${uri}`);
      if (nameServer === false || name === null) continue;
      log(`    name = ${name}`);
      const onEvent = (event: RegistrationEvent): void => log(describe(name, event));
      registrations.push(keepRegistered(name, uri, { transport, environment, ...nameServer, onEvent }));
    }
    log("Pyro daemon running.");
    await Promise.race([stopped, daemon.loop(condition === undefined ? {} : { while: condition })]);
  } finally {
    // Names are removed first, so that clients do not find a daemon that is closing.
    await Promise.all(registrations.map((registration) => registration[Symbol.asyncDispose]()));
  }
}

/** Formats a registration event as a log line. */
export function describe(name: string, event: RegistrationEvent): string {
  switch (event.type) {
    case "waiting":
      return `Waiting for the name server. ${event.reason}`;
    case "registered":
      return `${name} is registered${event.again ? " again" : ""} with ${event.nameServer}`;
    case "lost":
      return `Lost the name server; trying to find it again. ${event.reason}`;
    case "taken":
      return `The name ${name} was registered by another program, for ${event.by}`;
    default:
      return event satisfies never;
  }
}
