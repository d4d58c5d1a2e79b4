/** Which cores the two sides of a peer run on: `taskset`, where there is one and more than one core. */
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { onPath } from "./needs.ts";
import type { Placement } from "./work.ts";

const CORES = availableParallelism();

/** Why placement is left to the scheduler here, so that figures are of no use beside others; undefined where it works. */
export function whyUnplaced(): string | undefined {
  if (CORES < 2) return "there is one core only";
  return onPath("taskset") ? undefined : "there is no taskset";
}

export interface Sides {
  readonly peer: { readonly oneProcess?: boolean };
  readonly serverPids: readonly number[];
  readonly clientPid: number;
}

/** Moves all threads of both sides. */
export function placeSides(pair: Sides, placement: Placement): void {
  if (whyUnplaced() !== undefined) return;
  const everywhere = `0-${CORES - 1}`;
  const server = { same: "1", split: "0", free: everywhere }[placement];
  const client =
    placement === "split" && pair.peer.oneProcess === true
      ? everywhere
      : { same: "1", split: "1", free: everywhere }[placement];
  for (const pid of pair.serverPids) move(pid, server);
  move(pair.clientPid, client);
}

function move(pid: number, cores: string): void {
  try {
    execFileSync("taskset", ["-apc", cores, String(pid)], { stdio: "ignore" });
  } catch {
    // A thread that ended meanwhile; the others are placed.
  }
}
