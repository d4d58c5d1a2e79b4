import { RE2JS } from "re2js";
import { NamingError } from "../base/errors.ts";
import { invalid } from "./pattern-text.ts";
import { toRe2 } from "./python-pattern.ts";

const MAX_PATTERN_LENGTH = 1_000;

/**
 * Compiles a Python pattern with the semantics of `re.match`: anchored at the start only, so `app` matches `app2`.
 *
 * Patterns come from the network, so they run on RE2, which matches in linear time. Backreferences, lookaround, atomic
 * groups, verbose mode and `\N{...}` are not supported. Patterns that are invalid in Python are invalid here too. `\w`,
 * `\d`, `\s` and `\b` match ASCII only; Python's match all of Unicode.
 *
 * @throws {NamingError} `invalid regex: REASON`
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  if (pattern.length > MAX_PATTERN_LENGTH) throw invalid(`longer than ${MAX_PATTERN_LENGTH} characters`);
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
