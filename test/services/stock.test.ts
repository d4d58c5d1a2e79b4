import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStock, StockError } from "../../services/warehouse/stock.ts";
import { ThingsInABuilding } from "../../services/warehouse/warehouse.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stock-"));
  file = join(folder, "contents.json");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (): ThingsInABuilding => {
  const stock = openStock(file, ["chair", "bike"]);
  return new ThingsInABuilding(stock.contents, () => {}, stock.save);
};

test("a new warehouse begins with what it is given, and nothing is written until something changes", () => {
  expect(open().listContents()).toEqual(["chair", "bike"]);
  expect(readdirSync(folder)).toEqual([]);
});

test("what was stored and taken is so for the next program too", () => {
  const first = open();
  first.store("Janet", "caf\u00e9 table");
  first.take("Henry", "chair");
  expect(open().listContents()).toEqual(["bike", "caf\u00e9 table"]);
  expect(readFileSync(file, "utf8")).toBe('["bike","caf\u00e9 table"]\n');
  expect(readdirSync(folder)).toEqual(["contents.json"]);
});

test("when it cannot be kept, nothing changes and the caller is told", () => {
  const warehouse = open();
  warehouse.store("Janet", "hat");
  rmSync(folder, { recursive: true });
  expect(() => warehouse.take("Janet", "hat")).toThrow(/^the warehouse cannot keep what it holds: ENOENT/);
  expect(warehouse.listContents()).toEqual(["chair", "bike", "hat"]);
});

test.for(["", "[1]", '{"a":1}', '["half'])("a file that holds %j is refused, and stays as it is", (text) => {
  writeFileSync(file, text);
  expect(open).toThrow(StockError);
  expect(open).toThrow(`${file} is no JSON list of texts: repair it, or move it away to begin anew`);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("a file that cannot be read is no empty warehouse", () => {
  expect(() => openStock(folder, [])).toThrow(/^cannot read what the warehouse holds: EISDIR/);
});
