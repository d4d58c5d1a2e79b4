/**
 * One format's inputs, in a process of their own: whatever an input does, it is done to nobody else. Which one is being
 * read stands in a file all the time, so that whoever watches knows it even of a process that hangs or is gone.
 */
import { Buffer } from "node:buffer";
import { closeSync, openSync, writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { memoryInUse } from "../support/memory.ts";
import { emptyTally, type Finding, inputOf, run } from "./engine.ts";
import { FORMATS } from "./formats.ts";
import { inOneLine, Problem } from "./judge.ts";
import { NOTHING_IS_READ, type Order, type Report } from "./orders.ts";

/** How long buffers that wait for another use may be kept: the pool looks twice. */
const POOL_MS = 11_000;
const MOST_GROWTH = 4 << 20;

async function work(order: Order): Promise<void> {
  const format = FORMATS.find(({ name }) => name === order.format);
  if (format === undefined) throw new Error(`no format ${order.format}`);
  const file = openSync(order.progressFile, "r+");
  const number = new Int32Array(1);
  let index = order.from;
  const onInput = (at: number): void => {
    index = at;
    number[0] = at;
    writeSync(file, number, 0, 4, 0);
  };
  const memory = (): Promise<number> => {
    onInput(NOTHING_IS_READ);
    return memoryInUse();
  };
  const onFinding = (finding: Finding): void => {
    const { kind, message, stack = "", cause } = finding.problem;
    const told = { kind, message, stack: cause instanceof Error ? (cause.stack ?? "") : stack };
    tell({ kind: "finding", finding: { ...finding, problem: told } });
  };
  const known = new Set<string>();
  const unhandled = (thrown: unknown): void => {
    const problem = new Problem("crash", `nobody caught ${inOneLine(thrown)}`, thrown);
    if (known.has(problem.signature)) return;
    known.add(problem.signature);
    // Of the input that is being read, most likely: readers come to an end before the next one.
    const { seed } = order;
    onFinding({ format: format.name, seed, index, problem, ...inputOf(format, format.grammar(), seed, index) });
  };
  process.on("uncaughtException", unhandled);
  process.on("unhandledRejection", unhandled);

  const target = await format.open();
  const started = performance.now();
  const tally = emptyTally();
  const options = { seed: order.seed, onInput, onFinding, timed: true, known };
  const warm = order.from + Math.ceil((order.to - order.from) / 8);
  await run(format, target, { ...options, from: order.from, to: warm }, tally);
  const before = await memory();
  await run(format, target, { ...options, from: warm, to: order.to }, tally);
  const ms = performance.now() - started;
  await target.close?.();
  let after = await memory();
  for (const until = performance.now() + POOL_MS; after > before + MOST_GROWTH && performance.now() < until; ) {
    await delay(500);
    after = await memory();
  }
  const last = { format: format.name, seed: order.seed, index: order.to, bytes: Buffer.alloc(0), variant: 0 };
  if (after > before + MOST_GROWTH)
    onFinding({ ...last, problem: new Problem("memory", `${before} bytes became ${after}`) });
  closeSync(file);
  // From then on nothing may keep the process: who watches looks whether it ends.
  tell({ kind: "done", tally, memory: { before, after }, ms }, () => process.disconnect?.());
}

function tell(report: Report, told: () => void = () => undefined): void {
  process.send?.(report, undefined, undefined, told);
}

process.once("message", (order) => void work(order as Order));
