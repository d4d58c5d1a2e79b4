import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

test("everything compiles, the mistakes of remote.ts do not", () => {
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  const run = spawnSync(process.execPath, [tsc, "-p", "."], { cwd: ROOT, encoding: "utf8" });
  expect(run.stdout).toBe("");
  expect(run.status).toBe(0);
}, 60_000);
