import fc from "fast-check";
import { expect, test } from "vitest";
import { ConnectionClosedError } from "../../src/base/errors.ts";
import { DEFAULT_LIMITS } from "../../src/base/limits.ts";
import { PyroClassMapper } from "../../src/serializers/class-mapper.ts";
import { SerializerSets } from "../../src/serializers/serializer-set.ts";
import { type PendingCall, PendingCalls } from "../../src/session/pending-calls.ts";

const SERIALIZER = new SerializerSets((version) => new PyroClassMapper(version, { unknown: "keep" }), {
  limits: DEFAULT_LIMITS,
  lossless: false,
  bytesRepr: false,
})
  .forVersion(5)
  .byName("serpent");

function call(sequence: number, resolve: (value: unknown) => void = () => undefined): PendingCall {
  return { sequence, resolve, release: undefined, serializer: SERIALIZER, options: {} };
}

/** Gives out the next number and keeps a call under it. */
function begin(calls: PendingCalls, resolve?: (value: unknown) => void): PendingCall {
  const one = call(calls.nextSequence(), resolve);
  calls.add(one);
  return one;
}

test("whatever is begun, answered and abandoned, each reply finds its own call", () => {
  const steps = fc.array(fc.tuple(fc.constantFrom("begin", "begin", "answer", "abandon", "stray"), fc.nat()), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(steps, fc.nat(0xffff), (all, first) => {
      const calls = new PendingCalls(first);
      const open = new Map<number, PendingCall>();
      const gone = new Set<number>();
      for (const [step, choice] of all) {
        const known = [...open.values()];
        const one = known[choice % (known.length || 1)];
        if (step === "begin") {
          const made = begin(calls);
          expect(open.has(made.sequence) || gone.has(made.sequence)).toBe(false);
          open.set(made.sequence, made);
        } else if (step === "stray") {
          const number = choice & 0xffff;
          if (!open.has(number) && !gone.has(number)) expect(calls.take(number)).toBeUndefined();
        } else if (one !== undefined && step === "answer") {
          expect(calls.take(one.sequence)).toBe(one);
          open.delete(one.sequence);
        } else if (one !== undefined) {
          calls.abandon(one);
          open.delete(one.sequence);
          gone.add(one.sequence);
        }
        expect(calls.size).toBe(open.size + gone.size);
      }
      for (const number of gone) expect(calls.take(number)).toBe("abandoned");
    }),
    { numRuns: 200 },
  );
});

test("numbers go on from the last, round at 65535, and pass over those in flight", () => {
  const calls = new PendingCalls(0xfffe);
  const slow = begin(calls);
  expect(slow.sequence).toBe(0xffff);
  const seen = Array.from({ length: 0xffff }, () => {
    const one = begin(calls);
    calls.take(one.sequence);
    return one.sequence;
  });
  expect(seen[0]).toBe(0);
  expect(seen).not.toContain(0xffff);
  expect(calls.take(0xffff)).toBe(slow);
});

test("with 65535 in flight the next is refused, and all of them can be ended", async () => {
  const calls = new PendingCalls(0);
  const ends: Promise<unknown>[] = [];
  for (let count = 0; count < 0xffff; count++) {
    ends.push(
      new Promise((resolve) => {
        begin(calls, resolve);
      }),
    );
  }
  expect(() => calls.nextSequence()).toThrow(ConnectionClosedError);
  calls.failAll(new ConnectionClosedError("gone"));
  const outcomes = await Promise.allSettled(ends);
  expect(outcomes.every((one) => one.status === "rejected")).toBe(true);
  expect([calls.size, calls.nextSequence()]).toEqual([0, 0]);
});
