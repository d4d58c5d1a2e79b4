/** The golden vectors as seeds: bytes of values, payloads of messages, streams of conversations. */
import { Buffer } from "node:buffer";
import { loadVectors, type ValueCase } from "../support/tagged.ts";
import { conversationCases, type DecodedVector, messageCases, streamsOf } from "../support/vectors-messages.ts";
import type { Seed } from "./format.ts";

export const SERIALIZER_NAMES = ["serpent", "json", "marshal", "msgpack"] as const;
export type Serialized = (typeof SERIALIZER_NAMES)[number];

/** What the variant of a serializer's input says. */
export const VALUE_BITS = {
  pyro4: 1,
  lossless: 2,
  /** Unknown classes are kept, as clients do, not refused, as daemons do. */
  keep: 4,
  /** Read as the payload of a call. */
  call: 8,
  /** The input is a part of a larger buffer. */
  embedded: 16,
  /** What was read is written again. */
  used: 32,
} as const;

function bytesOf({ b64, hex, text }: ValueCase): Buffer | undefined {
  if (hex !== undefined) return Buffer.from(hex, "hex");
  if (b64 !== undefined) return Buffer.from(b64, "base64");
  return text === undefined ? undefined : Buffer.from(text, "utf8");
}

/** Every value of a serializer's vectors, also those that Python refuses. */
export function valueSeeds(name: Serialized): Seed[] {
  return loadVectors(name).cases.flatMap((one) => {
    const bytes = bytesOf(one);
    return bytes === undefined ? [] : [{ bytes, variant: 0, mask: VALUE_BITS.call }];
  });
}

const INVOKE = 4;

function messagesOf(name: Serialized): DecodedVector[] {
  const conversations = conversationCases().flatMap(streamsOf);
  const messages = [
    ...messageCases().flatMap(({ decoded }) => decoded ?? []),
    ...conversations.flatMap((stream) => stream.messages),
  ];
  return messages.filter(({ serializer }) => serializer === name);
}

/** The payloads of all messages in a serializer: calls, results, handshakes, exceptions. */
export function payloadSeeds(name: Serialized): Seed[] {
  return messagesOf(name).map(({ pyro, type, payload_hex }) => ({
    bytes: Buffer.from(payload_hex, "hex"),
    variant: (pyro === 4 ? VALUE_BITS.pyro4 : 0) | (type === INVOKE ? VALUE_BITS.call : 0),
    mask: VALUE_BITS.pyro4 | VALUE_BITS.call,
  }));
}

const CONNECTOK = 2;

/** Answers to handshakes, which hold metadata. */
export function metadataSeeds(name: Serialized): Seed[] {
  return messagesOf(name)
    .filter(({ type }) => type === CONNECTOK)
    .map(({ pyro, payload_hex }) => ({
      bytes: Buffer.from(payload_hex, "hex"),
      variant: (pyro === 4 ? VALUE_BITS.pyro4 : 0) | (SERIALIZER_NAMES.indexOf(name) << 6),
      mask: VALUE_BITS.pyro4 | (3 << 6),
    }));
}

/** Single messages, valid or not. */
export function messageSeeds(): Seed[] {
  return messageCases().map(({ hex }) => ({ bytes: Buffer.from(hex, "hex") }));
}

/** What one side of each conversation sent, with the version and the serializer that it began with. */
export function streamSeeds(
  side: "client" | "server",
): { readonly bytes: Buffer; readonly pyro: 4 | 5; readonly serializer: Serialized }[] {
  return conversationCases().flatMap((conversation) =>
    conversation.connections.flatMap(({ steps }) => {
      const sent = steps.filter((step) => step.from === side);
      const bytes = Buffer.from(sent.map((step) => step.hex ?? "").join(""), "hex");
      const serializer = sent.flatMap((step) => step.messages ?? []).find((one) => one.serializer)?.serializer;
      return bytes.length === 0 ? [] : [{ bytes, pyro: conversation.pyro, serializer: serializer ?? "serpent" }];
    }),
  );
}
