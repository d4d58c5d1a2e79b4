import { RE2JS } from "re2js";
import { NamingError } from "../base/errors.ts";
import { invalid } from "./pattern-text.ts";
import { toRe2 } from "./python-pattern.ts";

const LONGEST_PATTERN = 1_000;

/**
 * Compiles a Python pattern as `re.match` uses it: anchored at the start only, `app` matches `app2`.
 *
 * Patterns come from the network, so they run on RE2, whose time grows with the length of the name and nothing else.
 * What it has no linear way for (backreferences, lookaround, atomic groups), the verbose mode and `\N{...}` are refused,
 * and so is all that Python refuses. `\w`, `\d`, `\s` and `\b` mean ASCII here, where Python takes all of Unicode.
 *
 * @throws {NamingError} `invalid regex: REASON`
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  if (pattern.length > LONGEST_PATTERN) throw invalid(`longer than ${LONGEST_PATTERN} characters`);
  const translated = toRe2(pattern);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(translated);
  } catch (cause) {
    throw new NamingError(`invalid regex: ${cause instanceof Error ? cause.message : String(cause)}`, {
      code: "PYRO_BAD_REGEX",
      cause,
    });
  }
  return (name) => compiled.matcher(name).lookingAt();
}
