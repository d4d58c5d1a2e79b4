/**
 * Drives a client written for Node: `node node-client.ts CLIENT-MODULE SERVER-INFO`. One JSON request a line on stdin, one
 * JSON answer a line on stdout.
 */
import assert from "node:assert";
import { Buffer } from "node:buffer";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { Answer, BenchClient, ClientModule, LoopResult, Request, ServerInfo } from "./client.ts";
import { bytes, type Item, LIST5, nameAndUri, nested, SIZES, STR1K } from "./shapes.ts";
import { quantile } from "./statistics.ts";
import type { Workload } from "./work.ts";

type Sequential = "w1" | "w3s" | "w3m" | "w3l" | "w4";

const [modulePath = "", serverInfo = "{}"] = process.argv.slice(2);
const { connect } = (await import(pathToFileURL(modulePath).href)) as ClientModule;
const info = JSON.parse(serverInfo) as ServerInfo;
const client = await connect(info);
/** The connections of W5. */
let many: BenchClient[] = [];
const latencies = new Float64Array(1 << 20);
const now = (): number => performance.now();

const made: { w3m?: Buffer; w3l?: Buffer; w4?: Item[] } = {};

function binary(op: "w3m" | "w3l"): Buffer {
  made[op] ??= bytes(SIZES[op]);
  return made[op];
}

function items(): Item[] {
  made.w4 ??= nested();
  return made.w4;
}

/** The client's method, bound; a peer that promises a workload must have what it takes. */
function method<Name extends Exclude<keyof BenchClient, "loops">>(name: Name): NonNullable<BenchClient[Name]> {
  const found = client[name];
  if (found === undefined) throw new Error(`the client has no ${name}`);
  return (found as { bind(to: BenchClient): NonNullable<BenchClient[Name]> }).bind(client);
}

function callFor(op: Sequential | "w2"): () => Promise<unknown> {
  switch (op) {
    case "w1":
    case "w2":
      return method("listContents");
    case "w3s": {
      const echo = method("echoStr");
      return () => echo(STR1K);
    }
    case "w3m":
    case "w3l": {
      const echo = method("echoBytes");
      const payload = binary(op);
      return () => echo(payload);
    }
    case "w4": {
      const echo = method("echoNested");
      const payload = items();
      return () => echo(payload);
    }
    default:
      return op satisfies never;
  }
}

/** One call after the other. */
async function sequential(call: () => Promise<unknown>, seconds: number): Promise<LoopResult> {
  const started = now();
  const end = started + seconds * 1000;
  let n = 0;
  let before = started;
  do {
    await call();
    const after = now();
    if (n < latencies.length) latencies[n] = after - before;
    n++;
    before = after;
  } while (before < end);
  return { n, secs: (before - started) / 1000, kept: Math.min(n, latencies.length) };
}

/** So many calls on their way at any time. */
async function concurrent(call: () => Promise<unknown>, seconds: number, inflight: number): Promise<LoopResult> {
  const started = now();
  const end = started + seconds * 1000;
  let n = 0;
  const lane = async (): Promise<void> => {
    while (now() < end) {
      await call();
      n++;
    }
  };
  await Promise.all(Array.from({ length: inflight }, lane));
  return { n, secs: (now() - started) / 1000 };
}

function withLatency(result: LoopResult): Answer {
  const { n, secs, kept } = result;
  if (kept === undefined || kept === 0) return { n, secs };
  const sorted = latencies.slice(0, kept).sort();
  return { n, secs, p50us: quantile(sorted, 0.5) * 1000, p99us: quantile(sorted, 0.99) * 1000 };
}

/** Runs `turn`, which makes some calls and says how many, until the time is up. */
async function repeated(seconds: number, turn: () => Promise<number>): Promise<Answer> {
  const started = now();
  const end = started + seconds * 1000;
  let n = 0;
  do n += await turn();
  while (now() < end);
  return { n, secs: (now() - started) / 1000 };
}

/** The right answers, before anything is measured. */
async function check(workloads: readonly Workload[]): Promise<{ ok: true }> {
  if (client.check !== undefined) {
    await client.check();
    return { ok: true };
  }
  const does = (...which: Workload[]): boolean => which.some((one) => workloads.includes(one));
  if (does("w1", "w2", "w5")) assert.deepStrictEqual([...(await method("listContents")())], LIST5, "listContents");
  if (does("w3s")) assert.strictEqual(await method("echoStr")(STR1K), STR1K, "echoStr");
  if (does("w3m", "w3l"))
    assert(Buffer.from(await method("echoBytes")(binary("w3m"))).equals(binary("w3m")), "echoBytes");
  if (does("w4")) {
    const got = await method("echoNested")(items());
    const plain = got.map(({ id, name, price, tags }) => ({ id, name, price, tags: [...tags] }));
    assert.deepStrictEqual(plain, items(), "echoNested");
  }
  if (does("w6")) {
    const [name, uri] = nameAndUri(7);
    assert.strictEqual(String(await method("nsLookup")(name)), uri, "nsLookup");
  }
  if (does("w7")) {
    const got: number[] = [];
    for await (const one of method("stream")(100)) got.push(Number(one));
    assert.deepStrictEqual(got, [...Array(100).keys()], "stream");
  }
  return { ok: true };
}

/** Opens so many connections, fifty at a time, and makes one call on each. */
async function open(count: number): Promise<Answer> {
  const started = now();
  for (let i = 0; i < count; i += 50) {
    const group = Array.from({ length: Math.min(50, count - i) }, () => connect(info, { fresh: true }));
    many.push(...(await Promise.all(group)));
  }
  await Promise.all(many.map((one) => one.listContents?.()));
  return { n: many.length, secs: (now() - started) / 1000 };
}

async function handshakes(count: number): Promise<Answer> {
  const started = now();
  for (let i = 0; i < count; i++) {
    const one = await connect(info, { fresh: true });
    await one.listContents?.();
    await one.close();
  }
  return { n: count, secs: (now() - started) / 1000 };
}

async function lookups(seconds: number, names: number): Promise<Answer> {
  const lookup = method("nsLookup");
  let i = 0;
  const next = (): Promise<unknown> => {
    i = (i + 7919) % names;
    return lookup(`bench.object.${i}`);
  };
  return withLatency(await sequential(next, seconds));
}

async function lists(seconds: number, names: number): Promise<Answer> {
  const list = method("nsList");
  const whole = async (): Promise<void> => {
    const got = (await list()) as { size?: number; length?: number };
    const count = got.size ?? got.length ?? Object.keys(got).length;
    if (count < names) throw new Error(`the list has ${count} names`);
  };
  return withLatency(await sequential(whole, seconds));
}

async function streamed(seconds: number, count: number): Promise<Answer> {
  const started = now();
  const end = started + seconds * 1000;
  let n = 0;
  for await (const _ of method("stream")(count)) {
    n++;
    if ((n & 255) === 0 && now() > end) break;
  }
  return { n, secs: (now() - started) / 1000 };
}

async function answer(request: Request): Promise<object> {
  switch (request.op) {
    case "check":
      return check(request.workloads);
    case "w1":
    case "w3s":
    case "w3m":
    case "w3l":
    case "w4": {
      const loop = client.loops?.[request.op];
      if (loop !== undefined) return withLatency(await loop(request.seconds, latencies));
      return withLatency(await sequential(callFor(request.op), request.seconds));
    }
    case "w2":
      if (client.loops?.w2 !== undefined) return client.loops.w2(request.seconds, request.inflight);
      return concurrent(callFor("w2"), request.seconds, request.inflight);
    case "w5open":
      return open(request.conns);
    case "w5round":
      return repeated(request.seconds, async () => (await Promise.all(many.map((one) => one.listContents?.()))).length);
    case "w5close":
      await Promise.all(many.map((one) => one.close()));
      many = [];
      return {};
    case "w5hs":
      return handshakes(request.n);
    case "w6lookup":
      return lookups(request.seconds, request.names);
    case "w6list":
      return lists(request.seconds, request.names);
    case "w7":
      return streamed(request.seconds, request.items);
    default:
      return request satisfies never;
  }
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say(await answer(JSON.parse(line) as Request));
  } catch (error) {
    say({ error: String(error instanceof Error ? error.stack : error).slice(0, 600) });
  }
}
process.exit(0);
