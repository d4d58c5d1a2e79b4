/** System calls per call, as `strace -c` counts them on both sides. What is measured meanwhile is of no use. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Request } from "./client.ts";
import type { Pair } from "./pair.ts";
import type { CallsPerCall, Syscalls } from "./results.ts";

/** Less often than that a system call has nothing to do with the call. */
const RARE = 0.005;

export async function countedSyscalls(pair: Pair, request: Request, folder: string): Promise<Syscalls> {
  const sides = [...pair.serverPids.map((pid) => ["server", pid] as const), ["client", pair.clientPid] as const];
  const traces = sides.map(([side, pid], i) => {
    const file = join(folder, `strace-${i}`);
    const args = ["-f", "-c", "-o", file, "-p", String(pid)];
    return { side, file, tracer: spawn("strace", args, { stdio: "ignore" }) };
  });
  // It says nothing when it has attached.
  await sleep(400);
  const { n } = await pair.ask(request);
  const counted: Record<"server" | "client", CallsPerCall> = { server: {}, client: {} };
  for (const { side, file, tracer } of traces) {
    const closed = once(tracer, "close");
    tracer.kill("SIGINT");
    await closed;
    for (const [name, count] of tableOf(readFileSync(file, "utf8"))) {
      if (count / n > RARE) counted[side][name] = (counted[side][name] ?? 0) + count / n;
    }
  }
  return counted;
}

/** The names and counts in strace's table. */
function tableOf(text: string): [name: string, count: number][] {
  return text.split("\n").flatMap((line): [string, number][] => {
    const [, count, name] = /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$/.exec(line) ?? [];
    return name === undefined || name === "total" ? [] : [[name, Number(count)]];
  });
}
