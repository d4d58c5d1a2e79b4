import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { Board } from "../../scripts/hosts/board.ts";

/** Takes what is written, as a terminal of that many columns, or as a file. */
function screen(columns?: number): { out: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString());
      done();
    },
  });
  Object.assign(out, { isTTY: columns !== undefined, columns });
  return { out: out as NodeJS.WriteStream, written };
}

test("in a file, a line for each thing that has come to its end", () => {
  const { out, written } = screen();
  {
    using board = new Board(out);
    board.moving("h221", "image", 50, 100);
    board.done("h221", "image", "sent");
    board.doing("h220", "warehouse", "starting");
    board.done("h220", "warehouse", "healthy");
  }
  expect(written.map((text) => stripVTControlCharacters(text))).toEqual([
    "h221  image  sent\n",
    "h220  warehouse  healthy\n",
  ]);
});

test("on a terminal, each thing has one line, which is drawn over", () => {
  const { out, written } = screen(80);
  {
    using board = new Board(out);
    board.moving("h221", "image", 50, 100);
    board.done("h220", "image", "sent");
    board.done("h221", "image", "sent");
  }
  const [first = "", second = ""] = written;
  expect(stripVTControlCharacters(first)).toBe(
    `h221  image  ${"█".repeat(12)}${"░".repeat(12)}  50 %  1 kB\nh220  image  sent\n`,
  );
  expect(second.startsWith("\x1b[2A")).toBe(true);
  expect(stripVTControlCharacters(second)).toBe("h221  image  sent\nh220  image  sent\n");
});

test("a line that is too long for the terminal is cut, so that it stays one", () => {
  const { out, written } = screen(24);
  {
    using board = new Board(out);
    board.done("h221", "image", "a long story of what happened");
  }
  expect(stripVTControlCharacters(written[0] ?? "")).toBe("h221  image  a long st…\n");
});
