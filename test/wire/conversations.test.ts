import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkHmac } from "../../src/wire/hmac.ts";
import { pyro4 } from "../../src/wire/pyro4.ts";
import { conversationCases, streamsOf } from "../support/vectors-messages.ts";
import { bytewise, cuttings, described, encoded, expected, feed } from "./feed.ts";

const STREAMS = conversationCases().flatMap((conversation) =>
  streamsOf(conversation).map((stream) => ({ ...stream, title: `${conversation.name}: ${stream.title}` })),
);

test("all 49 conversations are here: 122 streams of 664 messages", () => {
  expect(conversationCases()).toHaveLength(49);
  expect(STREAMS).toHaveLength(122);
  expect(STREAMS.flatMap(({ messages }) => messages)).toHaveLength(664);
});

describe("reads what real peers said to each other, and writes the same bytes", () => {
  test.for(STREAMS)("$title", ({ bytes, messages }) => {
    const check = (chunks: Iterable<Buffer>): void => {
      const fed = feed(chunks);
      const { dialect } = fed;
      if (dialect === undefined) throw new Error("no version was found");
      expect(fed.pendingBytes).toBe(0);
      expect(fed.messages.map((message) => described(message, dialect))).toEqual(messages.map(expected));
      const again = Buffer.concat(fed.messages.map((message) => encoded(message, dialect)));
      expect(again.toString("hex")).toBe(bytes.toString("hex"));
    };
    check([bytes]);
    check(bytewise(bytes));
    fc.assert(fc.property(cuttings(bytes), check), { numRuns: 10 });
  });
});

test("the signatures of a conversation with a key: right, wrong, none", () => {
  const conversation = conversationCases().find(({ name }) => name === "v4_hmac");
  if (conversation === undefined) throw new Error("no such conversation");
  const judged = streamsOf(conversation).map(({ title, bytes }) => {
    const verdicts = feed([bytes]).messages.map((message) => {
      try {
        checkHmac(message, pyro4, Buffer.from("secret"));
        return "fine";
      } catch (error) {
        return (error as Error).message;
      }
    });
    return `${title}: ${[...new Set(verdicts)].join(", ")}`;
  });
  expect(judged).toEqual([
    "connection 1, to the daemon, what the client sent: fine",
    "connection 1, to the daemon, what the server sent: fine",
    "connection 2, to the daemon, what the client sent: message hmac mismatch",
    "connection 2, to the daemon, what the server sent: fine",
    "connection 3, to the daemon, what the client sent: hmac key config not symmetric",
    "connection 3, to the daemon, what the server sent: fine",
  ]);
});
