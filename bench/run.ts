/**
 * `npm run bench`: small calls of ours against a bare socket in the same run, in turns, as ratios. Bounded in time: ROUNDS
 * times SECONDS for each of four measurements, some 15 seconds in all.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism, cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { contract, proxy, release } from "#pyro";
import { connectFloor } from "./floor.ts";

const ROUNDS = 7;
const SECONDS = 0.4;

type Call = () => Promise<unknown>;

/** Calls a second with `inFlight` calls on their way at any time. */
async function rate(call: Call, inFlight: number, seconds: number): Promise<number> {
  const started = performance.now();
  const end = started + seconds * 1_000;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      await call();
      done++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return (done / (performance.now() - started)) * 1_000;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const server = spawn(process.execPath, [fileURLToPath(new URL("server.ts", import.meta.url))], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const [line] = (await once(createInterface({ input: server.stdout }), "line")) as [string];
  const { floor: port, uri } = JSON.parse(line) as { floor: number; uri: string };
  const floor = await connectFloor(port);
  const warehouse = proxy(
    uri,
    contract<{ listContents(): string[] }>({ methods: { listContents: "list_contents()" } }),
  );
  const ours: Call = () => warehouse.listContents();

  console.log(`Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? "unknown"}\n`);
  console.log("| work | bare socket, calls/s | pyro-ts, calls/s | ratio |\n|---|---:|---:|---:|");
  for (const [work, inFlight] of [
    ["one after the other", 1],
    ["64 in flight", 64],
  ] as const) {
    for (const call of [floor.call, ours]) await rate(call, inFlight, 1);
    const rounds: { floor: number; ours: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ floor: await rate(floor.call, inFlight, SECONDS), ours: await rate(ours, inFlight, SECONDS) });
    }
    const [bare, own] = [median(rounds.map((one) => one.floor)), median(rounds.map((one) => one.ours))];
    const ratio = median(rounds.map((one) => one.ours / one.floor));
    console.log(`| ${work} | ${Math.round(bare)} | ${Math.round(own)} | ${ratio.toFixed(2)} |`);
  }
  floor.close();
  await release(warehouse);
} finally {
  server.kill();
}
