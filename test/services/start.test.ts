import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Program } from "../support/program.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TRANSCRIPT =
  /Its log:|its log:\n\n```\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, "README.md"), "utf8"))?.[1] ?? "";
const run = (): Program => Program.node("scripts/start.ts", [], { cwd: ROOT });

/** Whether anything listens there: nothing must be left behind. */
function listening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

const children = (pid: number): string => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();

describe("npm start", { timeout: 60_000 }, () => {
  test("plays the visits, stops all three and ends with 0: stdout is the transcript, nothing else", async () => {
    await using start = run();
    expect(await start.ends(), start.stderr).toBe(0);
    expect(start.stdout).toBe(TRANSCRIPT);
    expect(start.stderr).toMatch(/warehouse: Janet stored the television\.\n.*Janet took the couch\./);
    expect(await listening("127.0.0.221", 9090)).toBe(false);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s stops all three and leaves nothing behind", async (signal) => {
    await using start = run();
    await start.wrote(/warehouse: .*is registered with/);
    const pids = children(start.pid).split(" ").map(Number);
    expect(pids.length).toBeGreaterThanOrEqual(2);
    start.kill(signal);
    expect(await start.ends()).toBe(signal === "SIGINT" ? 130 : 143);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(await listening("127.0.0.221", 9090)).toBe(false);
  });

  test("says in one line what is wrong when a port is taken", async () => {
    await using first = Program.node("services/nameserver/main.ts", [], {
      cwd: ROOT,
      env: { PYRO_HOST: "127.0.0.221" },
    });
    await first.wrote(/^URI = /m);
    await using start = run();
    expect(await start.ends()).toBe(1);
    expect(start.stderr).toContain("cannot listen on 127.0.0.221:9090: the address is already in use");
    expect(start.stdout).toBe("");
  });
});
