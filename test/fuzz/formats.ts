/** Everything that reads what others send: a line each. */
import { composing, otherWord, towering } from "./compose.ts";
import {
  messageSeeds,
  metadataSeeds,
  payloadSeeds,
  SERIALIZER_NAMES,
  type Serialized,
  streamSeeds,
  valueSeeds,
} from "./corpus.ts";
import type { Format, Grammar, Seed, Target } from "./format.ts";
import { messageMutators, type Payloads } from "./messages.ts";
import { daemonSeeds, openDaemon } from "./targets/daemon.ts";
import { openSession, sessionSeeds } from "./targets/session.ts";
import { patternTarget, signatureTarget, uriTarget } from "./targets/texts.ts";
import { metadataTarget, valueTarget } from "./targets/values.ts";
import { wireTarget } from "./targets/wire.ts";
import { PATTERN_SEEDS, SIGNATURE_SEEDS, textSeeds, uriSeeds } from "./text-seeds.ts";
import * as words from "./words.ts";

const WORDS: Readonly<Record<Serialized, Pick<Grammar, "tokens" | "nests">>> = {
  serpent: { tokens: words.SERPENT_WORDS, nests: words.SERPENT_NESTS },
  json: { tokens: words.JSON_WORDS, nests: words.JSON_NESTS },
  marshal: { tokens: words.MARSHAL_WORDS, nests: words.MARSHAL_NESTS },
  msgpack: { tokens: words.MSGPACK_WORDS, nests: words.MSGPACK_NESTS },
};

let known: Payloads | undefined;

/** What the serializers' values are made of. */
function payloads(): Payloads {
  known ??= Object.fromEntries(
    SERIALIZER_NAMES.map((name): [Serialized, Grammar] => {
      const compose = composing(name);
      const others = { serpent: otherWord, json: otherWord, marshal: towering, msgpack: compose };
      const own = [compose, compose, others[name]];
      return [name, { ...WORDS[name], own, seeds: [...valueSeeds(name), ...payloadSeeds(name)] }];
    }),
  ) as Payloads;
  return known;
}

function values(name: Serialized, share: number): Format {
  return { name, share, grammar: () => payloads()[name], open: () => valueTarget(name) };
}

/** Streams of messages. */
function stream(name: string, share: number, seeds: () => readonly Seed[], open: Format["open"]): Format {
  const grammar = (): Grammar => ({
    seeds: seeds(),
    tokens: words.WIRE_WORDS,
    nests: [],
    own: messageMutators(payloads()),
  });
  return { name, share, grammar: once(grammar), open };
}

function text(
  name: string,
  share: number,
  seeds: () => readonly Seed[],
  parts: Pick<Grammar, "tokens" | "nests">,
  target: Target,
): Format {
  return { name, share, grammar: once(() => ({ ...parts, seeds: seeds() })), open: () => target };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const METADATA: Pick<Grammar, "tokens" | "nests"> = {
  tokens: SERIALIZER_NAMES.flatMap((name) => WORDS[name].tokens),
  nests: SERIALIZER_NAMES.flatMap((name) => WORDS[name].nests),
};

export const FORMATS: readonly Format[] = [
  stream(
    "wire",
    160,
    () => [...messageSeeds(), ...streamSeeds("client"), ...streamSeeds("server")],
    () => wireTarget,
  ),
  values("serpent", 190),
  values("json", 130),
  values("marshal", 160),
  values("msgpack", 130),
  text("metadata", 40, () => SERIALIZER_NAMES.flatMap(metadataSeeds), METADATA, metadataTarget()),
  text("uri", 50, uriSeeds, { tokens: words.URI_WORDS, nests: words.URI_NESTS }, uriTarget),
  text(
    "signature",
    25,
    () => textSeeds(SIGNATURE_SEEDS),
    { tokens: words.SIGNATURE_WORDS, nests: words.SIGNATURE_NESTS },
    signatureTarget,
  ),
  text(
    "pattern",
    25,
    () => textSeeds(PATTERN_SEEDS),
    { tokens: words.PATTERN_WORDS, nests: words.PATTERN_NESTS },
    patternTarget,
  ),
  stream("session", 40, sessionSeeds, openSession),
  stream("daemon", 50, daemonSeeds, openDaemon),
];
