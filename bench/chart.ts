/** Draws the recorded run: `node bench/chart.ts` writes `docs/bench.svg`. Bars begin at zero, so that lengths tell the truth. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bar, type Panel, panelsOf } from "./lib/panels.ts";
import type { Group } from "./lib/peers.ts";
import { BENCH } from "./lib/places.ts";
import { type Recorded, readRecorded } from "./lib/recorded.ts";

const FILE = join(BENCH, "../docs/bench.svg");

const FONT = "sans-serif";
const INK = "#1f2328";
const FAINT = "#59636e";
const LINE = "#d1d9e0";

/** One accent: pyro-ts. Where it is at one end only, the accent is lighter. */
const COLOURS: Readonly<Record<Group, string>> = {
  ours: "#d9480f",
  mixed: "#f7b78f",
  pyro: "#4a6fa5",
  rpc: "#9db4d3",
  floor: "#b8bfc6",
  ablation: "#b8bfc6",
};

const LEGEND: readonly (readonly [Group, string])[] = [
  ["ours", "pyro-ts"],
  ["mixed", "pyro-ts with Python"],
  ["pyro", "Python's Pyro"],
  ["rpc", "other RPC for Node"],
  ["floor", "floor: no RPC, or next to none"],
];

const COLUMNS = 2;
const WIDTH = 1000;
const EDGE = 24;
const GAP = 24;
const TOP = 96;
const PANEL_WIDTH = (WIDTH - 2 * EDGE - (COLUMNS - 1) * GAP) / COLUMNS;
/** Of a panel: room for names before the bars, for figures behind them, and for the title above. */
const NAMES = 178;
const FIGURES = 92;
const TITLE = 40;
const BAR = 18;

interface Placed {
  readonly panel: Panel;
  readonly left: number;
  readonly top: number;
}

/** Writes the chart of a run. Takes this room's npm packages. */
export async function drawChart(recorded: Recorded): Promise<void> {
  const { init } = await import("echarts");
  const { placed, height } = layout(panelsOf(recorded));
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  chart.setOption(optionFor(recorded, placed));
  writeFileSync(FILE, `${chart.renderToSVGString()}\n`);
  chart.dispose();
}

/** Panels side by side, each line as high as its longest. */
function layout(panels: readonly Panel[]): { placed: Placed[]; height: number } {
  const placed: Placed[] = [];
  let top = TOP;
  for (let first = 0; first < panels.length; first += COLUMNS) {
    const line = panels.slice(first, first + COLUMNS);
    line.forEach((panel, column) => {
      placed.push({ panel, left: EDGE + column * (PANEL_WIDTH + GAP), top });
    });
    top += TITLE + Math.max(...line.map(({ bars }) => bars.length)) * BAR + GAP;
  }
  return { placed, height: top };
}

function optionFor({ when, machine, extent }: Recorded, placed: readonly Placed[]): object {
  const heading = {
    left: EDGE - 5,
    top: 14,
    text: "pyro-ts beside other ways to call",
    subtext: `${when.slice(0, 10)}, Node ${machine.node}, ${machine.python}, ${machine.cores} × ${machine.cpu}; ${extent}`,
    textStyle: { color: INK, fontSize: 18 },
    subtextStyle: { color: FAINT, fontSize: 12 },
  };
  return {
    animation: false,
    backgroundColor: "#ffffff",
    textStyle: { fontFamily: FONT },
    title: [heading, legend(), ...placed.map(titleOf)],
    grid: placed.map(({ panel, left, top }) => ({
      left: left + NAMES,
      top: top + TITLE,
      width: PANEL_WIDTH - NAMES - FIGURES,
      height: panel.bars.length * BAR,
    })),
    xAxis: placed.map(({ panel }, gridIndex) => ({
      type: "value",
      gridIndex,
      min: 0,
      max: Math.max(...panel.bars.map(({ value }) => value)),
      show: false,
    })),
    yAxis: placed.map(({ panel }, gridIndex) => ({
      type: "category",
      gridIndex,
      inverse: true,
      data: panel.bars.map(({ title, group }) => ({ value: title, textStyle: nameStyle(group) })),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: LINE } },
      axisLabel: { interval: 0, margin: 8, fontSize: 12, fontFamily: FONT },
    })),
    series: placed.map(({ panel }, index) => ({
      type: "bar",
      xAxisIndex: index,
      yAxisIndex: index,
      barWidth: 12,
      label: { show: true, position: "right", distance: 6, color: INK, fontSize: 11, fontFamily: FONT },
      data: panel.bars.map(({ value, text, group }) => ({
        value,
        itemStyle: { color: COLOURS[group] },
        label: { formatter: text, fontWeight: group === "ours" ? "bold" : "normal" },
      })),
    })),
  };
}

function titleOf({ panel, left, top }: Placed): object {
  return {
    left: left - 5,
    top: top - 5,
    itemGap: 3,
    text: panel.title,
    subtext: panel.subtitle,
    textStyle: { color: INK, fontSize: 14 },
    subtextStyle: { color: FAINT, fontSize: 11 },
  };
}

function legend(): object {
  const rich = Object.fromEntries(LEGEND.map(([group]) => [group, { color: COLOURS[group], fontSize: 14 }]));
  return {
    left: EDGE - 5,
    top: 58,
    text: LEGEND.map(([group, text]) => `{${group}|■} ${text}`).join("     "),
    textStyle: { color: INK, fontSize: 12, fontWeight: "normal", rich },
  };
}

function nameStyle(group: Bar["group"]): object {
  return group === "ours" ? { color: COLOURS.ours, fontWeight: "bold" } : { color: group === "floor" ? FAINT : INK };
}

if (import.meta.main) {
  const recorded = readRecorded();
  if (recorded === undefined) throw new Error("no run is recorded yet: npm run bench -- --record");
  await drawChart(recorded);
}
