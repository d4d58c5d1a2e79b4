/**
 * Finds where string literals end, over one text from its start to its end. Where the next backslash and the next line end
 * are is remembered, so that strings without any, as most are, cost one search for their closing quote.
 */
export class StringScanner {
  /** Where the literal found last ends, its quotes included. */
  end = 0;
  readonly #text: string;
  /** First place not before the last literal; -1: there is none; -2: not looked for yet. */
  #backslash = -2;
  #lineEnd = -2;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * What stands between the quotes, escapes untouched, of the literal whose opening quote is at `at`. Undefined when it
   * does not end, or a single-quoted one not in its line.
   */
  body(at: number, quote: string): string | undefined {
    const text = this.#text;
    const triple = quote.repeat(3);
    const long = text.startsWith(triple, at);
    const mark = long ? triple : quote;
    const start = at + mark.length;
    let end = text.indexOf(mark, start);
    if (this.#backslash < start && this.#backslash !== -1) this.#backslash = text.indexOf("\\", start);
    if (this.#backslash !== -1 && this.#backslash < end) end = this.#endBehindEscapes(mark);
    if (end < 0) return undefined;
    const body = text.slice(start, end);
    if (!long) {
      if (this.#lineEnd < start && this.#lineEnd !== -1) this.#lineEnd = this.#nextLineEnd(start);
      // Behind a backslash a line end only continues the string.
      const within = this.#lineEnd !== -1 && this.#lineEnd < end;
      if (within && /[\r\n]/.test(body.replace(/\\(?:\r\n|[\s\S])/g, ""))) return undefined;
    }
    this.end = end + mark.length;
    return body;
  }

  #nextLineEnd(from: number): number {
    const lf = this.#text.indexOf("\n", from);
    const cr = this.#text.indexOf("\r", from);
    return lf < 0 ? cr : cr < 0 ? lf : Math.min(lf, cr);
  }

  #endBehindEscapes(mark: string): number {
    let slash = this.#backslash;
    for (;;) {
      const end = this.#text.indexOf(mark, slash + 2);
      slash = this.#text.indexOf("\\", slash + 2);
      if (end < 0 || slash < 0 || slash > end) return end;
    }
  }
}
