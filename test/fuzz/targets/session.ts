import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Duplex, duplexPair } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { type ProxyOptions, proxy, RemoteStream, remote } from "#pyro";
import { isRemote } from "#pyro/client";
import { pyRepr } from "#pyro/values";
import { rawPyro4, rawPyro5 } from "../../support/scripted-peer.ts";
import { SERIALIZER_NAMES, type Serialized, streamSeeds } from "../corpus.ts";
import type { Seed, Target } from "../format.ts";
import { Problem, refusalCode } from "../judge.ts";
import { firstMessageBytes, serializerId } from "../messages.ts";
import { Random } from "../random.ts";
import { payloadOf, welcome } from "./greetings.ts";
import { chunksOf } from "./wire.ts";

/** What the variant of a server's stream says, beside random bits. */
const SERIALIZER_MASK = 3;
const VERSION_SHIFT = 2;
const VERSION_MASK = 3 << VERSION_SHIFT;

// biome-ignore lint/suspicious/noExplicitAny: of a proxy without types any method can be called
type Anything = any;

const MOST_WAIT_MS = 5_000;
const CALLS = 12;

/** A client of ours, whose server sends anything. */
export async function openSession(): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), "pyro-fuzz-"));
  const path = join(folder, "socket");
  let answers: { readonly first: Buffer; readonly rest: readonly Buffer[] } = { first: Buffer.alloc(0), rest: [] };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serve(socket, answers.first, answers.rest);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));

  return {
    async feed(input, variant) {
      const random = new Random(variant);
      const options = optionsOf(variant);
      // Mostly the answers to calls come when there are calls.
      const cut = random.once(8) ? input.length : firstMessageBytes(input);
      answers = { first: input.subarray(0, cut), rest: chunksOf(input.subarray(cut), random) };
      if (!random.once(5)) return talk(proxy(`PYRO:service@./u:${path}`, options), random);
      const [ours, theirs] = duplexPair();
      serve(theirs, Buffer.alloc(0), [answers.first, ...answers.rest]);
      try {
        return await talk(proxy("PYRO:service@./u:given", { ...options, socket: ours }), random);
      } finally {
        ours.destroy();
        theirs.destroy();
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function optionsOf(variant: number): ProxyOptions {
  const protocols = [5, 5, 4, "auto"] as const;
  return {
    serializer: SERIALIZER_NAMES[variant & SERIALIZER_MASK] ?? "serpent",
    protocol: protocols[(variant & VERSION_MASK) >> VERSION_SHIFT] ?? 5,
    metadata: (variant & 0x30) === 0,
    lossless: (variant & 0xc0) === 0,
    streamPrefetch: (variant & 0x100) === 0 ? 1 : 8,
  };
}

/** Sends the first bytes when the client has spoken, the others when it has spoken again, and ends. */
function serve(socket: Duplex, first: Buffer, others: readonly Buffer[]): void {
  socket.on("error", () => undefined);
  const rest = async (): Promise<void> => {
    for (const chunk of others) {
      if (socket.destroyed) return;
      socket.write(chunk);
      await turn();
    }
    socket.end();
  };
  socket.once("data", () => {
    if (first.length > 0) socket.write(first);
    if (first.length > 0 && firstMessageBytes(first) === first.length) socket.once("data", () => void rest());
    else void rest();
  });
}

/** Makes all kinds of calls, and waits until each has come to its end. "accepted" when one of them had a result. */
async function talk(peer: Anything, random: Random): Promise<string> {
  const count = 1 + random.below(CALLS);
  const calls = Array.from({ length: count }, (_, index) => started(peer, index, random.below(12)));
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Problem("left", `a call did not end in ${MOST_WAIT_MS} ms`)), MOST_WAIT_MS);
  });
  try {
    const settled = await Promise.race([Promise.allSettled(calls), tooLong]);
    const codes = settled.map((one) => (one.status === "fulfilled" ? "accepted" : refusalCode(one.reason)));
    return codes.find((one) => one === "accepted") ?? codes.find((one) => one === "PYRO_REMOTE") ?? codes[0] ?? "";
  } finally {
    clearTimeout(timer);
    await remote(peer).release();
  }
}

async function started(peer: Anything, index: number, kind: number): Promise<void> {
  switch (kind) {
    case 0:
      for (const one of await remote(peer).batch((calls: Anything) => void calls.echo(index))) use(one);
      return;
    case 1:
      use(await remote(peer).with({ raw: true }).echo(index));
      return;
    case 2:
      use(await remote(peer).getAttribute("counter"));
      return;
    case 3:
      use(
        await remote(peer)
          .with({ onReply: ({ annotations }) => [...annotations] })
          .echo(index),
      );
      return;
    default:
      await consume(await peer.echo(index));
  }
}

async function consume(value: unknown): Promise<void> {
  if (!(value instanceof RemoteStream)) return use(value);
  let items = 0;
  for await (const item of value) {
    use(item);
    if (++items === 3) break;
  }
}

function use(value: unknown): void {
  if (!isRemote(value)) pyRepr(value);
}

/** What Python's servers sent, and a few results with each serializer in each version. */
export function sessionSeeds(): readonly Seed[] {
  const mask = SERIALIZER_MASK | VERSION_MASK;
  const variantOf = (pyro: 4 | 5, name: Serialized): number =>
    SERIALIZER_NAMES.indexOf(name) | ((pyro === 4 ? 2 : 0) << VERSION_SHIFT);
  const seeds: Seed[] = streamSeeds("server").map(({ bytes, pyro, serializer }) => ({
    bytes,
    variant: variantOf(pyro, serializer),
    mask,
  }));
  for (const pyro of [4, 5] as const) {
    for (const name of SERIALIZER_NAMES) {
      const raw = pyro === 4 ? rawPyro4 : rawPyro5;
      const serializer = serializerId(pyro, name);
      const flags = pyro === 4 ? 0x10 : 0;
      const connected = raw({ type: 2, flags, serializer, payload: welcome(name) });
      const results = [[1, "text"], [new RangeError("failed")], { a: null }, "x", null].map((value, index) =>
        raw({
          type: 5,
          sequence: index + 1,
          serializer,
          flags: index === 1 ? 1 : 0,
          payload: payloadOf(name, (codec, out) => codec.dump(index === 1 ? (value as unknown[])[0] : value, out)),
        }),
      );
      seeds.push({ bytes: Buffer.concat([connected, ...results]), variant: variantOf(pyro, name), mask });
    }
  }
  return seeds;
}
