/** `pyro-ns`: runs a name server until SIGINT or SIGTERM. */
import { parseArgs } from "node:util";
import { type NameServerOptions, startNameServer } from "../../api/start-name-server.ts";
import { stopSignal } from "../../api/stop-signal.ts";
// Not imported from index.ts: the name server needs only half of those modules, and so starts in half the time.
import { CommunicationError } from "../../base/errors.ts";
import { locationText } from "../../transport/location.ts";
import { parsePort, UsageError } from "./options.ts";

const USAGE = `usage: pyro-ns [-h] [-n HOST] [-p PORT] [-u UNIXSOCKET] [--nathost NATHOST] [--natport NATPORT] [-x]`;

function parse(args: readonly string[]): NameServerOptions | "help" {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        host: { type: "string", short: "n" },
        port: { type: "string", short: "p" },
        unixsocket: { type: "string", short: "u" },
        nathost: { type: "string" },
        natport: { type: "string" },
        nobc: { type: "boolean", short: "x" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return "help";
    return {
      ...(values.host === undefined ? {} : { host: values.host }),
      ...(values.port === undefined ? {} : { port: parsePort(values.port) }),
      ...(values.unixsocket === undefined ? {} : { unixSocket: values.unixsocket }),
      ...(values.nathost === undefined ? {} : { natHost: values.nathost }),
      ...(values.natport === undefined ? {} : { natPort: parsePort(values.natport) }),
    };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Runs the tool and returns its exit code: 0 stopped by a signal, 1 cannot listen, 2 usage error. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parse(args);
    if (options === "help") {
      console.log(USAGE);
      return 0;
    }
    const stopped = stopSignal();
    await using running = await startNameServer({
      ...options,
      onError: (error, client) => console.error(`${client}: ${error.message}`),
    });
    console.log(`NS running on ${locationText(running.daemon.boundLocation)}`);
    console.log(`URI = ${running.uri}`);
    await stopped;
  } catch (error) {
    if (error instanceof UsageError) console.error(`${USAGE}\npyro-ns: error: ${error.message}`);
    else if (error instanceof CommunicationError) console.error(`pyro-ns: ${error.message}`);
    else throw error;
    return error instanceof UsageError ? 2 : 1;
  }
  console.log("NS shut down.");
  return 0;
}
