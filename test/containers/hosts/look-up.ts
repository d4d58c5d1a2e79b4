/** Looks the warehouse up again and again until its input ends, and tells how that went. */
const PROGRAM = `
import { resolve } from "#pyro/naming";
const failures = [];
const found = {};
let slowestMs = 0;
let over = false;
process.stdin.on("end", () => (over = true)).resume();
while (!over) {
  const started = performance.now();
  await resolve("PYRONAME:example.warehouse", { delayMs: 10_000, timeoutMs: 2_000 }).then(
    (uri) => (found[uri] = (found[uri] ?? 0) + 1),
    (error) => failures.push(error.message),
  );
  slowestMs = Math.max(slowestMs, performance.now() - started);
  await new Promise((done) => setTimeout(done, 50));
}
console.log(JSON.stringify({ failures, found, slowestMs }));
`;

/** What makes the hosts' tool run that on the client's host. */
export const lookUp: readonly string[] = ["exec", "client", "--", "node", "--input-type=module", "-e", PROGRAM];

/** What it tells. */
export interface LookedUp {
  readonly failures: readonly string[];
  /** How often each URI was found. */
  readonly found: Readonly<Record<string, number>>;
  readonly slowestMs: number;
}

export const isMany = (lookups: number): boolean => lookups > 3;
