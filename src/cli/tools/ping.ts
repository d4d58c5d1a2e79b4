/** `pyro-ping URI`: connects to an object and says whether it is there. Made for health checks: exit 0 or 1. */
import { connect, proxy, release } from "../../index.ts";

const TIMEOUT_MS = 1_500;

/** Runs the tool and gives its exit code: 0 it answers, 1 it does not, 2 usage. */
export async function main(args: readonly string[]): Promise<number> {
  const [uri, ...more] = args;
  if (uri === undefined || more.length > 0) {
    console.error("usage: pyro-ping URI\nExample: pyro-ping PYRONAME:example.warehouse@10.133.1.221");
    return 2;
  }
  try {
    const remote = proxy(uri, { timeoutMs: TIMEOUT_MS });
    const started = performance.now();
    await connect(remote);
    console.log(`${uri} answers, ${Math.round(performance.now() - started)} ms`);
    await release(remote);
    return 0;
  } catch (error) {
    console.error(`${uri}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}
