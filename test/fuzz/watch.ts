/** Runs a format's inputs in a process of their own, and sees to it that the run goes on when that hangs or dies. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emptyTally, inputOf, type Tally } from "./engine.ts";
import type { Format } from "./format.ts";
import { type Memory, NOTHING_IS_READ, type Order, type Report, type Told } from "./orders.ts";

/** One input may keep a process so long before it is ended: long, as the machine may be busy with other things. */
const HANG_MS = 10_000;
const LOOK_EVERY_MS = 250;
/** A process that has told its result has nothing more to do. */
const LAST_MS = 5_000;

export interface Result {
  readonly tally: Tally;
  readonly memory: Memory | undefined;
  readonly ms: number;
  readonly findings: readonly Told[];
}

export async function watched(format: Format, seed: number, count: number): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "pyro-fuzz-"));
  const progressFile = join(folder, "progress");
  const tally = emptyTally();
  const findings: Told[] = [];
  let memory: Memory | undefined;
  let ms = 0;
  try {
    for (let from = 0; from < count; ) {
      const order: Order = { format: format.name, seed, from, to: count, progressFile };
      const end = await oneProcess(order, (told) => findings.push(told));
      if (end.kind === "done") {
        add(tally, end.tally);
        ms += end.ms;
        memory = end.memory;
        from = count;
      } else {
        // What the process had counted so far is gone with it.
        add(tally, { ...emptyTally(), inputs: end.index + 1 - from, outcomes: new Map([[end.kind, 1]]) });
        const input = inputOf(format, format.grammar(), seed, end.index);
        const problem = { kind: end.kind, message: end.message, stack: "" };
        findings.push({ format: format.name, seed, index: end.index, problem, ...input });
        from = end.index + 1;
      }
      if (end.left !== undefined) findings.push(end.left);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { tally, memory, ms, findings };
}

function add(sum: Tally, one: Tally): void {
  sum.inputs += one.inputs;
  sum.bytes += one.bytes;
  for (const [outcome, times] of one.outcomes) sum.outcomes.set(outcome, (sum.outcomes.get(outcome) ?? 0) + times);
  if (one.slowestMs > sum.slowestMs) Object.assign(sum, { slowestMs: one.slowestMs, slowestIndex: one.slowestIndex });
}

type End = { readonly left?: Told } & (
  | Extract<Report, { kind: "done" }>
  | { readonly kind: "hang" | "crash"; readonly index: number; readonly message: string }
);

/** Until the process is gone, by itself or ended. */
function oneProcess(order: Order, onFinding: (told: Told) => void): Promise<End> {
  writeFileSync(order.progressFile, new Uint8Array(new Int32Array([order.from]).buffer));
  const child = fork(new URL("worker.ts", import.meta.url), { serialization: "advanced" });
  let done: Extract<Report, { kind: "done" }> | undefined;
  let hung = false;
  let left: Told | undefined;
  const stop = watch(child, order, () => {
    hung = true;
    child.kill("SIGKILL");
  });
  child.send(order);
  child.on("message", (message) => {
    const report = message as Report;
    if (report.kind === "finding") return onFinding(report.finding);
    done = report;
    stop();
    const last = setTimeout(() => {
      const problem = { kind: "left", message: "something keeps the process after everything was closed", stack: "" };
      left = { format: order.format, seed: order.seed, index: order.to, bytes: Buffer.alloc(0), variant: 0, problem };
      child.kill("SIGKILL");
    }, LAST_MS);
    child.once("exit", () => clearTimeout(last));
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      stop();
      const index = Math.max(progressOf(order), order.from);
      if (done !== undefined) resolve({ ...done, ...(left === undefined ? {} : { left }) });
      else if (hung) resolve({ kind: "hang", index, message: `more than ${HANG_MS} ms` });
      else resolve({ kind: "crash", index, message: `the process ended with ${signal ?? `code ${code}`}` });
    });
  });
}

function progressOf(order: Order): number {
  return readFileSync(order.progressFile).readInt32LE(0);
}

/** Calls `onHang` when the same input is being read for too long. Gives what stops the watch. */
function watch(child: ChildProcess, order: Order, onHang: () => void): () => void {
  let index = -2;
  let since = performance.now();
  const timer = setInterval(() => {
    const now = progressOf(order);
    if (now !== index || now === NOTHING_IS_READ) {
      index = now;
      since = performance.now();
    } else if (performance.now() - since > HANG_MS && child.connected) onHang();
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
