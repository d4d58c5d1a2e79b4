/** Streams of messages taken apart, changed within, and put together again so that their lengths and checksums are right. */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import { type RawMessage, rawPyro4, rawPyro5 } from "../support/scripted-peer.ts";
import { echoCall } from "./compose.ts";
import { type Serialized, valueSeeds } from "./corpus.ts";
import { type Grammar, MOST_BYTES, type Mutator } from "./format.ts";
import { mutated } from "./mutate.ts";
import type { Random } from "./random.ts";

/** A message of a stream, or bytes that are none. */
interface Part extends RawMessage {
  readonly pyro: 4 | 5;
  readonly payload: Buffer;
  readonly annotations: Buffer;
  readonly flags: number;
  readonly sequence: number;
  readonly serializer: number;
}

const TAG = Buffer.from("PYRO");
const COMPRESSED = 2;
const HEADER_BYTES = { 4: 24, 5: 40 } as const;
const IDS: Readonly<Record<4 | 5, Readonly<Record<number, Serialized>>>> = {
  4: { 1: "serpent", 2: "json", 3: "marshal", 6: "msgpack" },
  5: { 1: "serpent", 2: "marshal", 3: "json", 4: "msgpack" },
};

/** The number of a serializer in a version. */
export function serializerId(pyro: 4 | 5, name: Serialized): number {
  return Number(Object.entries(IDS[pyro]).find(([, one]) => one === name)?.[0]);
}

/** The messages that stand one behind the other in `bytes`, and what is behind the last whole one. */
function partsOf(bytes: Buffer): [parts: Part[], rest: Buffer] {
  const parts: Part[] = [];
  let at = 0;
  while (bytes.length - at >= 24 && bytes.subarray(at, at + 4).equals(TAG)) {
    const pyro = bytes.readUInt16BE(at + 4) === 48 ? 4 : 5;
    const header = HEADER_BYTES[pyro];
    if (bytes.length - at < header) break;
    const is4 = pyro === 4;
    const payloadBytes = bytes.readUInt32BE(at + 12);
    const annotationsBytes = is4 ? bytes.readUInt16BE(at + 18) : bytes.readUInt32BE(at + 16);
    const end = at + header + annotationsBytes + payloadBytes;
    if (end > bytes.length) break;
    parts.push({
      pyro,
      type: is4 ? bytes.readUInt16BE(at + 6) : (bytes[at + 6] as number),
      serializer: is4 ? bytes.readUInt16BE(at + 16) : (bytes[at + 7] as number),
      flags: bytes.readUInt16BE(at + 8),
      sequence: bytes.readUInt16BE(at + 10),
      annotations: bytes.subarray(at + header, at + header + annotationsBytes),
      payload: bytes.subarray(at + header + annotationsBytes, end),
    });
    at = end;
  }
  return [parts, bytes.subarray(at)];
}

/** How long the first message is; 0 when there is no whole one. */
export function firstMessageBytes(bytes: Buffer): number {
  const [[first]] = partsOf(bytes);
  return first === undefined ? 0 : HEADER_BYTES[first.pyro] + first.annotations.length + first.payload.length;
}

function assembled(part: Part): Buffer {
  if (part.pyro === 5) return rawPyro5({ ...part, type: part.type & 0xff, serializer: part.serializer & 0xff });
  return rawPyro4({ ...part, annotations: part.annotations.subarray(0, 0xffff) });
}

type Change = (random: Random, part: Part) => Part | readonly Part[];

/** A mutation of streams that changes one of their messages. */
function changing(change: Change): Mutator {
  return (random, bytes) => {
    const [parts, rest] = partsOf(bytes);
    if (parts.length === 0) return bytes;
    const chosen = random.below(parts.length);
    const all = parts.flatMap((part, index) => (index === chosen ? change(random, part) : part));
    return Buffer.concat([...all.map(assembled), rest]).subarray(0, MOST_BYTES);
  };
}

/** Where messages have their payloads from: the grammars of the serializers. */
export type Payloads = Readonly<Record<Serialized, Grammar>>;

const MORE_FLAGS = [0, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0xffff];
const BOMB = deflateSync(Buffer.alloc(2 << 20, 0x20), { level: 9 });

const header: Change = (random, part) => {
  switch (random.below(4)) {
    case 0:
      return { ...part, type: random.pick([0, 1, 2, 3, 4, 5, 6, 7, 255, 0x104]) };
    case 1:
      return { ...part, sequence: random.pick([0, 1, 2, 3, 4, 5, 0x7fff, 0xffff]) };
    case 2:
      return { ...part, serializer: random.below(9) };
    default:
      return { ...part, flags: part.flags ^ random.pick(MORE_FLAGS) };
  }
};

/** Says that there is more or less than there is. */
const lie: Change = (random, part) => {
  const off = random.pick([-1, 1, 8, -part.payload.length, 1_000, 0x7fff_0000]);
  if (random.once(2)) return { ...part, payloadBytes: Math.max(0, part.payload.length + off) };
  const most = part.pyro === 4 ? 0xffff : 0xffff_ffff;
  return { ...part, annotationsBytes: Math.min(most, Math.max(0, part.annotations.length + off)) };
};

const annotate: Change = (random, part) => {
  const id = Buffer.from(random.pick(["CORR", "STRM", "BLBI", "HMAC", "ABCD", "\0\0\0\0", "\u00e9\u00e9"]));
  const data = Buffer.alloc(random.pick([0, 1, 15, 16, 17, 36, 300]), random.once(2) ? "stream" : 0);
  const said = data.length + (random.once(6) ? random.pick([-1, 1, 70_000]) : 0);
  const length = Buffer.alloc(part.pyro === 4 ? 2 : 4);
  if (part.pyro === 4) length.writeUInt16BE(Math.max(0, said) & 0xffff);
  else length.writeUInt32BE(Math.max(0, said));
  return { ...part, annotations: Buffer.concat([part.annotations, id, length, data]) };
};

const compress: Change = (random, part) => {
  const flags = part.flags | COMPRESSED;
  if (random.once(8)) return { ...part, flags, payload: BOMB };
  const payload = deflateSync(part.payload);
  if (random.once(3)) payload[random.below(payload.length)] = random.below(256);
  return { ...part, flags, payload: random.once(8) ? payload.subarray(0, random.below(payload.length)) : payload };
};

const twice: Change = (random, part) => [
  part,
  random.once(2) ? part : { ...part, sequence: (part.sequence + 1) & 0xffff },
];
const drop: Change = () => [];

/** Other payloads in whole messages: without them few mutations would get past the header. */
function payload(payloads: Payloads): Change {
  return (random, part) => {
    const name = IDS[part.pyro][part.serializer] ?? "serpent";
    return { ...part, payload: mutated(random, part.payload, payloads[name]) };
  };
}

const INVOKE = 4;
const values = new Map<Serialized, readonly Buffer[]>();

function valuesOf(name: Serialized): readonly Buffer[] {
  const found = values.get(name) ?? valueSeeds(name).map(({ bytes }) => bytes);
  values.set(name, found);
  return found;
}

/** A value of the vectors as a result, or as what a method is called with. */
const value: Change = (random, part) => {
  const name = IDS[part.pyro][part.serializer] ?? "serpent";
  const bytes = random.pick(valuesOf(name));
  return { ...part, payload: part.type === INVOKE ? echoCall(name, bytes) : bytes };
};

/** Mutations for streams of messages. */
export function messageMutators(payloads: Payloads): readonly Mutator[] {
  const inside = changing(payload(payloads));
  return [
    ...[inside, inside, inside, changing(value), changing(value), changing(header), changing(annotate)],
    ...[changing(compress), changing(lie), changing(twice), changing(drop)],
  ];
}
