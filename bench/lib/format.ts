/** Figures as people read them, and tables of Markdown. */

/** Three digits or so: `0.91`, `27`, `1.53k`, `34.0k`, `408k`, `2.31M`; "" for what is not known. */
export function shortNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "";
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(2)}M`;
  if (size >= 1e5) return `${(value / 1e3).toFixed(0)}k`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(1)}k`;
  if (size >= 1e3) return `${(value / 1e3).toFixed(2)}k`;
  return value.toFixed(size >= 10 ? 0 : 2);
}

/** Two digits behind the point, more of them below a tenth; "" for what is not known. */
export function ratioText(ratio: number | undefined): string {
  if (ratio === undefined || !Number.isFinite(ratio)) return "";
  return ratio.toFixed(ratio >= 0.095 ? 2 : ratio >= 0.0095 ? 3 : 4);
}

/** A table whose first column is text and whose others are numbers; nothing when it has no lines. */
export function markdownTable(heads: readonly string[], lines: readonly (readonly string[])[]): string[] {
  if (lines.length === 0) return [];
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(heads), `|${heads.map((_, i) => (i === 0 ? "---|" : "---:|")).join("")}`, ...lines.map(row), ""];
}
