import type { Result } from "./watch.ts";

const mib = (bytes: number): string => (bytes / (1 << 20)).toFixed(1);

function row(name: string, { tally, memory, ms, findings }: Result): readonly string[] {
  const accepted = (tally.outcomes.get("accepted") ?? 0) + (tally.outcomes.get("answered") ?? 0);
  return [
    name,
    String(tally.inputs),
    `${((accepted / Math.max(tally.inputs, 1)) * 100).toFixed(1)}%`,
    String(Math.round(tally.bytes / Math.max(tally.inputs, 1))),
    tally.slowestMs.toFixed(1),
    memory === undefined ? "" : `${mib(memory.before)} -> ${mib(memory.after)}`,
    ms === 0 ? "" : String(Math.round((tally.inputs / ms) * 1_000)),
    String(findings.length),
  ];
}

const HEAD = ["format", "inputs", "accepted", "bytes each", "slowest ms", "memory MiB", "inputs/s", "found"];

/** One line for each format, and one for all. */
export function table(results: readonly (readonly [string, Result])[]): string {
  const rows = [HEAD, ...results.map(([name, result]) => row(name, result))];
  const inputs = results.reduce((sum, [, { tally }]) => sum + tally.inputs, 0);
  const seconds = results.reduce((sum, [, { ms }]) => sum + ms, 0) / 1_000;
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
  return `${lines.join("\n")}\n${inputs} inputs in ${seconds.toFixed(0)} s`;
}

/** What came of a format's inputs, the most frequent first. */
export function outcomesText(name: string, { tally }: Result): string {
  const sorted = [...tally.outcomes].sort(([, one], [, other]) => other - one);
  return `${name}: ${sorted.map(([outcome, times]) => `${outcome} ${times}`).join(", ")}`;
}
