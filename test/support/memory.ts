import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Memory that `act` leaves in use, in bytes; with `kept: false` also what it used on its way, if still there. */
export function memoryOf(act: () => void, { kept }: { readonly kept: boolean }): number {
  const inUse = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  collectGarbage();
  const before = inUse();
  act();
  if (kept) collectGarbage();
  return inUse() - before;
}

/** Memory in use, heap and buffers, after everything was collected that can be. */
export async function memoryInUse(): Promise<number> {
  // What finalizers let go of is found by the next collection.
  for (let times = 0; times < 3; times++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
