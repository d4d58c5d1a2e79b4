import { RE2JS } from "re2js";
import { NamingError } from "../errors.ts";

const LONGEST_PATTERN = 1_000;
/** What all counted repetitions of a pattern may multiply to: RE2 unrolls them. */
const MOST_REPETITIONS = 1_000;

function invalid(reason: string): NamingError {
  return new NamingError(`invalid regex: ${reason}`, { code: "PYRO_BAD_REGEX" });
}

/**
 * Compiles a Python pattern as `re.match` would use it: anchored at the start only, `app` matches `app2`.
 *
 * Patterns come from the network, so they run on RE2, whose time grows with the length of the name and nothing else.
 * What it has no linear way for (backreferences, lookaround) is refused. `\w`, `\d` and `\s` mean ASCII here.
 *
 * @throws {NamingError} `invalid regex: REASON`
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  if (pattern.length > LONGEST_PATTERN) throw invalid(`longer than ${LONGEST_PATTERN} characters`);
  const unsupported = /\(\?(?:=|!|<=|<!|P=|\()|\\[1-9]/.exec(pattern.replace(/\\\\/g, ""));
  if (unsupported !== null) {
    throw invalid(`'${unsupported[0]}' is not supported: backreferences and lookaround have no linear time`);
  }
  const repetitions = [...pattern.matchAll(/\{(\d*)(?:,(\d*))?\}/g)]
    .map(([, least, most]) => Math.max(Number(least || 1), Number(most || 1), 1))
    .reduce((all, one) => all * one, 1);
  if (repetitions > MOST_REPETITIONS)
    throw invalid(`its counted repetitions multiply to more than ${MOST_REPETITIONS}`);
  let compiled: RE2JS;
  try {
    // Python's \Z is RE2's \z, and its comments (?#...) are no part of the pattern.
    compiled = RE2JS.compile(pattern.replace(/\\([\s\S])/g, (all, letter) => (letter === "Z" ? "\\z" : all)));
  } catch (cause) {
    throw new NamingError(`invalid regex: ${cause instanceof Error ? cause.message : String(cause)}`, {
      code: "PYRO_BAD_REGEX",
      cause,
    });
  }
  return (name) => compiled.matcher(name).lookingAt();
}
