/** Texts that come from outside: URIs, signatures, the name server's patterns. */

import { parseSignature } from "../../../src/contract/signature.ts";
import { compilePattern } from "../../../src/naming/pattern.ts";
import { URI } from "../../../src/values/uri.ts";
import type { Target } from "../format.ts";
import { Problem } from "../judge.ts";

export const uriTarget: Target = {
  feed(input) {
    const uri = URI.parse(input.toString("utf8"));
    // Nobody prints an empty host, a host `./u`, or a tag that is no text so that it is read again; Python neither.
    const untold = uri.host === "" || uri.host === "./u" || uri.tags.includes("");
    const again = untold ? uri : URI.parse(String(uri));
    if (!again.equals(uri)) throw new Problem("differs", "printed and parsed it is another URI");
    return "accepted";
  },
};

export const signatureTarget: Target = {
  feed(input) {
    try {
      parseSignature(input.toString("utf8"));
    } catch (error) {
      // The signature is a programming error, so parseSignature throws a TypeError.
      if (error instanceof TypeError && /^invalid signature|^invalid parameter|has no default/.test(error.message))
        return "TypeError";
      throw error;
    }
    return "accepted";
  },
};

const NAMES = ["", "Pyro.NameServer", "a".repeat(200), "test.echo\n", "\u00e9\u{1f600}", "ab".repeat(50)];

export const patternTarget: Target = {
  feed(input) {
    const matches = compilePattern(input.toString("utf8"));
    for (const name of NAMES) matches(name);
    return "accepted";
  },
};
