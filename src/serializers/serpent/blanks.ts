const LEADING = /(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*/y;
const CONTINUED = /\\(?:\r\n|\r|\n)/y;
const LINE_END = /[\r\n]|$/g;

/** Where the expression begins: behind the header, other comments and empty lines. */
export function leadingLinesEnd(text: string): number {
  LEADING.lastIndex = 0;
  LEADING.test(text);
  return LEADING.lastIndex;
}

/** Where the blanks at `at` end: spaces, comments, continued lines, and with `lines` line ends too. */
export function blanksEnd(text: string, at: number, lines: boolean): number {
  let end = at;
  for (;;) {
    switch (text.charCodeAt(end)) {
      case 32: // space
      case 9: // tab
      case 12: // form feed
        end++;
        break;
      case 10: // LF
      case 13: // CR
        if (!lines) return end;
        end++;
        break;
      case 35: // #
        LINE_END.lastIndex = end;
        end = LINE_END.exec(text)?.index ?? text.length;
        break;
      case 92: // backslash
        CONTINUED.lastIndex = end;
        if (!CONTINUED.test(text)) return end;
        end = CONTINUED.lastIndex;
        break;
      default:
        return end;
    }
  }
}
