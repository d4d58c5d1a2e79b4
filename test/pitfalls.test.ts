/** Each pitfall of the protocol (`data/pitfalls.md`) and the tests that show that it is avoided. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

const bullets = readFileSync(join(import.meta.dirname, "data/pitfalls.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("- "))
  .map((line) => line.slice(2));

/** How a pitfall begins → file: title, of every test that proves it. */
const PROOFS: Readonly<Record<string, readonly string[]>> = {
  "Flag bits": [
    "serializers/registry.test.ts: serializers by their numbers, which the versions disagree on",
    "serializers/classes.test.ts: a class of the other Pyro is unknown",
    "interop/streams.test.ts: from a Python server, Pyro%i",
  ],
  "CONNECTFAIL is often": [
    "serializers/conversations.test.ts: reads why a connection was refused, in marshal",
    "serializers/marshal.test.ts: text is read as CPython 3.11 writes it",
  ],
  "Empty set": ["interop/values.test.ts: values go to Python", "interop/proxy-life.test.ts: metadata by call, copies"],
  "kwargs is None": [
    "interop/proxy-calls.test.ts: attributes are read and written",
    "serializers/conversations.test.ts: reads a call's parts, and writes the call",
  ],
  "v4 annotations": ["wire/encoder.test.ts: Pyro4 carries 65535 bytes of annotations and not one more; Pyro5 does"],
  "v4's checksum": ["wire/limits.test.ts: every wrong bit of a Pyro4 header is noticed"],
  "The v4 HMAC": [
    "wire/conversations.test.ts: the signatures of a conversation with a key: right, wrong, none",
    "interop/hmac.test.ts: compressed on both sides: what is signed is what travels",
  ],
  "A wrong message": [
    "daemon/bad-input.test.ts: before the handshake, bad bytes are answered with a CONNECTFAIL and the connection ends",
    "daemon/bad-input.test.ts: after the handshake, bad bytes end the connection without a word",
    "interop/wire.test.ts: bad bytes are answered as Pyro answers them",
  ],
  "`Infinity`/`NaN`": ["interop/values.test.ts: values go to Python", "interop/values.test.ts: json carries values"],
  "dict order": ["interop/values.test.ts: integer-like keys in their order"],
  "Python's regex": ["naming/pattern.test.ts: %s finds what Python's re.match finds"],
  "Exceptions of `__main__`": [
    "serializers/exceptions.test.ts: errors as Python gets them",
    "interop/values.test.ts: exceptions of Python",
    "interop/serializers.test.ts: classes of one's own, from a Python client and back, with",
  ],
  "SerializeError is": ["interop/daemon-errors.test.ts: keeps its connection through exceptions that are not about it"],
  "A oneway call's": [
    "interop/daemon-context.test.ts: the method-error hook hears of each exception of a method",
    "interop/daemon-calls.test.ts: makes oneway batches, which are over before the next call starts",
  ],
  "Streams end": [
    "interop/streams.test.ts: all items come, in order, with %i asked for ahead",
    "interop/streams.test.ts: generators, async ones too, are iterators; lists are lists",
  ],
  "nsc exits 0": ["containers/tools.test.ts: our pyro-nsc"],
  "Pyro5 fails": ["interop/config.test.ts: are all known, and each default is the same or differs on purpose"],
};

test("there are pitfalls, and each proof belongs to one", () => {
  expect(bullets.length).toBeGreaterThan(15);
  const orphans = Object.keys(PROOFS).filter((start) => !bullets.some((line) => line.startsWith(start)));
  expect(orphans).toEqual([]);
});

test.each(bullets)("%s", (line) => {
  const proofs = Object.entries(PROOFS).find(([start]) => line.startsWith(start))?.[1] ?? [];
  expect(proofs.length).toBeGreaterThan(0);
  for (const proof of proofs) {
    const [file = "", title = ""] = proof.split(/: (.*)/s);
    expect(existsSync(join(ROOT, "test", file)), file).toBe(true);
    expect(readFileSync(join(ROOT, "test", file), "utf8"), proof).toContain(title);
  }
});
