import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

test("everything compiles, the mistakes of remote.ts do not", () => {
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  // What has not changed since the last run is not checked again.
  const args = [tsc, "-p", ".", "--incremental", "--tsBuildInfoFile", ".cache/types.tsbuildinfo"];
  const run = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  expect(run.stdout).toBe("");
  expect(run.status).toBe(0);
}, 60_000);
