import { parseArgs } from "node:util";
import type { LocateOptions } from "../../index.ts";

/** A wrong command line: told on stderr, exit code 2. */
export class UsageError extends Error {}

/** Pyro's own options, which all name server tools share: `-n HOST -p PORT -u SOCKET -v`. */
export interface NameServerArguments {
  readonly where: LocateOptions;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly words: readonly string[];
}

/** @throws {UsageError} for options that are unknown or lack their value. */
export function parseNameServerArguments(args: readonly string[]): NameServerArguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        host: { type: "string", short: "n" },
        port: { type: "string", short: "p" },
        unixsocket: { type: "string", short: "u" },
        verbose: { type: "boolean", short: "v", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const host = values.unixsocket === undefined ? values.host : `./u:${values.unixsocket}`;
    const port = values.port === undefined ? undefined : parsePort(values.port);
    return { where: { host, port }, verbose: values.verbose, help: values.help, words: positionals };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws {UsageError} for text that is no port number. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`argument -p/--port: invalid port: '${text}'`);
  return port;
}
