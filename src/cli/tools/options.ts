import { parseArgs } from "node:util";
import type { LocateOptions } from "../../entries/naming.ts";

/** Invalid command line. Printed on stderr; exit code 2. */
export class UsageError extends Error {}

/** Options of the name server tools, as in Pyro: `-n HOST -p PORT -u SOCKET -v`. */
export interface NameServerArguments {
  readonly location: LocateOptions;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly positionals: readonly string[];
}

/** @throws {UsageError} for an unknown option or a missing value. */
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
    return { location: { host, port }, verbose: values.verbose, help: values.help, positionals };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws {UsageError} if the text is not a port number. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`argument -p/--port: invalid port: '${text}'`);
  return port;
}
