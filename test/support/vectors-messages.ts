/** The golden messages and conversations (`test/vectors/README.md`), typed, with what tests of both need around them. */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import type { Tagged } from "./tagged.ts";

export interface DecodedVector {
  readonly pyro: 4 | 5;
  readonly protocol: number;
  readonly type: number;
  readonly type_name: string;
  readonly flags: number;
  readonly flag_names: readonly string[];
  readonly seq: number;
  readonly serializer_id: number;
  /** The serializer's name; absent in a ping, whose id is nobody's. */
  readonly serializer?: "serpent" | "json" | "marshal" | "msgpack";
  /** Payload bytes as sent, possibly compressed. */
  readonly data_size: number;
  readonly data_size_decompressed?: number;
  readonly annotations_size: number;
  readonly reserved: number;
  readonly annotations: readonly { readonly id: string; readonly hex: string }[];
  /** Pyro5 only; zeros when there is none. */
  readonly correlation_id?: string;
  /** Inflated. */
  readonly payload_hex: string;
  readonly payload?: Tagged;
}

export interface MessageCase {
  readonly name: string;
  readonly pyro: 4 | 5;
  readonly valid: boolean;
  readonly hex: string;
  readonly decoded?: DecodedVector;
  readonly accepted_types?: readonly number[];
  readonly max_message_size?: number;
  readonly hmac_key_hex?: string;
  readonly careful_receiver_refuses?: boolean;
  readonly error?: { readonly class: string; readonly message: string };
}

export interface ConversationStep {
  readonly from: "client" | "server";
  readonly hex?: string;
  readonly messages?: readonly DecodedVector[];
  readonly closed?: boolean;
}

export interface ConversationCase {
  readonly name: string;
  readonly pyro: 4 | 5;
  readonly what: string;
  readonly connections: readonly { readonly to: string; readonly steps: readonly ConversationStep[] }[];
}

interface VectorFile<T> {
  readonly count: number;
  readonly cases: readonly T[];
}

function casesOf<T>(file: string): readonly T[] {
  const read = JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), "utf8")) as VectorFile<T>;
  if (read.cases.length !== read.count) throw new Error(`${file} holds ${read.cases.length} cases, not ${read.count}`);
  return read.cases;
}

export function messageCases(): readonly MessageCase[] {
  return casesOf("messages.json");
}

export function conversationCases(): readonly ConversationCase[] {
  return casesOf("conversations.json");
}

/** All that one side sent over one connection: its bytes in one piece, and the messages in them. */
export interface SentStream {
  readonly title: string;
  readonly bytes: Buffer;
  readonly messages: readonly DecodedVector[];
}

/** Every stream of a conversation: two a connection, unless a side never spoke. */
export function streamsOf(conversation: ConversationCase): readonly SentStream[] {
  return conversation.connections.flatMap((connection, index) =>
    (["client", "server"] as const).flatMap((from) => {
      const steps = connection.steps.filter((step) => step.from === from);
      const bytes = Buffer.from(steps.map((step) => step.hex ?? "").join(""), "hex");
      if (bytes.length === 0) return [];
      const title = `connection ${index + 1}, to the ${connection.to}, what the ${from} sent`;
      return [{ title, bytes, messages: steps.flatMap((step) => step.messages ?? []) }];
    }),
  );
}
