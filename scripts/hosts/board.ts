import { styleText } from "node:util";
import { readableBytes } from "./units.ts";

const BAR_CELLS = 24;
const REDRAW_MS = 100;

type Colour = "green" | "red" | "yellow" | "dim";
interface Row {
  readonly host: string;
  readonly subject: string;
  text: string;
  colour: Colour | undefined;
}

/**
 * What is going on, a line for each thing on each host. On a terminal the lines stay where they are and change; elsewhere
 * a line is written whenever a thing has come to its end.
 */
export class Board implements Disposable {
  readonly #out: NodeJS.WriteStream;
  readonly #rows = new Map<string, Row>();
  readonly #widths = { host: 0, subject: 0 };
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out;
  }

  /** Something has begun, or has got further. */
  doing(host: string, subject: string, text: string): void {
    this.#set(host, subject, text, "dim");
    if (this.#out.isTTY) this.#timer ??= setTimeout(() => this.#draw(), REDRAW_MS);
  }

  /** Bytes on their way. */
  moving(host: string, subject: string, sent: number, size: number): void {
    const share = Math.min(1, size === 0 ? 1 : sent / size);
    const full = Math.round(share * BAR_CELLS);
    const bar = "█".repeat(full) + "░".repeat(BAR_CELLS - full);
    this.doing(host, subject, `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${readableBytes(sent)}`);
  }

  /** Something has ended. */
  done(host: string, subject: string, text: string, colour: Colour = "green"): void {
    this.#set(host, subject, text, colour);
    if (this.#out.isTTY) this.#draw();
    else this.#out.write(`${this.#line(this.#rows.get(`${host} ${subject}`) as Row)}\n`);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    if (this.#out.isTTY) this.#draw();
    this.#timer = undefined;
    this.#rows.clear();
    this.#drawn = 0;
  }

  #set(host: string, subject: string, text: string, colour: Colour | undefined): void {
    this.#rows.set(`${host} ${subject}`, { host, subject, text, colour });
    this.#widths.host = Math.max(this.#widths.host, host.length);
    this.#widths.subject = Math.max(this.#widths.subject, subject.length);
  }

  #line({ host, subject, text, colour }: Row): string {
    const names = `${host.padEnd(this.#widths.host)}  ${subject.padEnd(this.#widths.subject)}  `;
    // A line that is folded would be two, and the next redraw would miss by one.
    const room = this.#out.columns > 0 ? Math.max(1, this.#out.columns - names.length - 1) : text.length;
    const fits = text.length <= room ? text : `${text.slice(0, room - 1)}…`;
    return names + (colour === undefined ? fits : styleText(colour, fits, { stream: this.#out }));
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : "";
    const lines = [...this.#rows.values()].map((row) => `${this.#line(row)}\x1b[K\n`);
    this.#out.write(up + lines.join(""));
    this.#drawn = lines.length;
  }
}
