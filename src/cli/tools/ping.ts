/** `pyro-ping URI`: checks that an object can be reached. For health checks: exit code 0 or 1. */
import { proxy, remote } from "../../index.ts";

const TIMEOUT_MS = 1_500;

/** Runs the tool and returns its exit code: 0 object reached, 1 not reached, 2 usage error. */
export async function main(args: readonly string[]): Promise<number> {
  const [uri, ...extra] = args;
  if (uri === undefined || extra.length > 0) {
    console.error("usage: pyro-ping URI\nExample: pyro-ping PYRONAME:example.warehouse@10.133.1.221");
    return 2;
  }
  try {
    const object = proxy(uri, { timeoutMs: TIMEOUT_MS });
    const started = performance.now();
    await remote(object).connect();
    console.log(`${uri} answered in ${Math.round(performance.now() - started)} ms`);
    await remote(object).release();
    return 0;
  } catch (error) {
    console.error(`${uri}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}
