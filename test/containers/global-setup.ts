import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { whyNoEngine } from "../support/docker.ts";
import { claimSubnet, removeLeftovers } from "../support/leftovers.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Why the container tests cannot run, or null where they can. */
    noEngine: string | null;
  }
}

const REAPER = fileURLToPath(new URL("../support/leftovers-reaper.ts", import.meta.url));

/** Runs once, before the container tests: looks for an engine and makes it as clean as it has to be afterwards. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const reason = await whyNoEngine();
  project.provide("noEngine", reason ?? null);
  if (reason !== undefined) {
    if (!process.env["REQUIRE_ENGINE"]) process.stderr.write(skipped(reason));
    return undefined;
  }
  const reaper = await startReaper();
  await removeLeftovers();
  await claimSubnet();
  return async () => {
    await removeLeftovers();
    reaper.stdin.end("done");
    if (reaper.exitCode === null) await once(reaper, "exit");
  };
}

async function startReaper(): Promise<ChildProcessByStdio<Writable, Readable, null>> {
  const reaper = spawn(process.execPath, [REAPER], { detached: true, stdio: ["pipe", "pipe", "ignore"] });
  reaper.stdin.on("error", () => {});
  const [word] = (await once(reaper.stdout.setEncoding("utf8"), "data")) as [string];
  if (word.trim() !== "locked") {
    throw new Error("another run of the container tests is at work on this machine (it holds 127.0.0.1:10133)");
  }
  reaper.unref();
  return reaper;
}

function skipped(reason: string): string {
  const rule = "!".repeat(110);
  return [
    "",
    rule,
    `!! The container tests are SKIPPED: ${reason}.`,
    "!! To run them, start Docker (with Compose v2 and buildx); on Debian, as root, `.ci/engine-up` installs and starts it.",
    "!! REQUIRE_ENGINE=1 in the environment makes this a failure.",
    rule,
    "",
    "",
  ].join("\n");
}
