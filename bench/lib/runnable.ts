import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { whyNot } from "./needs.ts";
import type { Peer } from "./peers.ts";
import { PLACES } from "./places.ts";

/** The peers that can run here; `leftOut` is told the others, with the reason. */
export function runnable(peers: readonly Peer[], leftOut: (peer: Peer, reason: string) => void): Peer[] {
  return peers.filter((peer) => {
    for (const need of peer.needs ?? []) {
      const reason = whyNot(need);
      if (reason === undefined) continue;
      leftOut(peer, reason);
      return false;
    }
    const broken = build(peer);
    if (broken === undefined) return true;
    leftOut(peer, broken);
    return false;
  });
}

/** Builds what is missing or older than its source; gives a reason when that fails. */
function build(peer: Peer): string | undefined {
  if (peer.build === undefined) return undefined;
  const { command, makes, from } = peer.build;
  const source = join(peer.folder, from);
  if (existsSync(makes) && statSync(makes).mtimeMs >= statSync(source).mtimeMs) return undefined;
  mkdirSync(PLACES.build, { recursive: true });
  const [program, ...args] = command;
  try {
    execFileSync(program, args, { cwd: peer.folder, stdio: ["ignore", "inherit", "inherit"] });
    return undefined;
  } catch (error) {
    return `${program} failed: ${(error as Error).message}`;
  }
}
