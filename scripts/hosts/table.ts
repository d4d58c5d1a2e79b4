import { styleText } from "node:util";

/** Lines of a table: a head, and columns as wide as what is in them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, at) => cell.padEnd(at === cells.length - 1 ? 0 : (widths[at] ?? 0))).join("  ");
  return [styleText("bold", line(head)), ...rows.map(line)];
}
