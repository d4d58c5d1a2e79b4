/** The serializers alone, without any connection: ours and Node's in one process, Python's in another. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Bench } from "../lib/bench.ts";
import { whyNot } from "../lib/needs.ts";
import type { Command } from "../lib/peers.ts";
import { BENCH, PLACES } from "../lib/places.ts";
import type { CodecFigures } from "../lib/results.ts";

/** For each value, written and read. */
const SECONDS = 0.15;

export async function measureCodecs(bench: Bench): Promise<void> {
  if (bench.plan.codecRounds === 0) return;
  const programs: Command[] = [[PLACES.node, join(BENCH, "codecs", "node.ts")]];
  const reason = whyNot("Python's Pyro");
  if (reason === undefined) programs.push([PLACES.python, join(BENCH, "codecs", "python.py")]);
  else bench.log(`left out: Python's serializers (${reason})`);
  bench.log("serializers alone");
  for (let round = 0; round < bench.plan.codecRounds; round++) {
    for (const [program, ...args] of programs) {
      const { stdout } = await promisify(execFile)(program, [...args, String(SECONDS)], {
        env: { ...process.env, PYTHONPATH: PLACES.py5, PYTHONDONTWRITEBYTECODE: "1" },
      });
      add(bench, JSON.parse(stdout) as Record<string, Record<string, CodecFigures>>);
    }
  }
}

function add(bench: Bench, measured: Record<string, Record<string, CodecFigures>>): void {
  const { codecs } = bench.results;
  for (const [name, shapes] of Object.entries(measured)) {
    codecs[name] ??= {};
    for (const [shape, figures] of Object.entries(shapes)) {
      codecs[name][shape] = [...(codecs[name][shape] ?? []), figures];
    }
  }
}
