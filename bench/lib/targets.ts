/** What pyro-ts is to reach, as data, and whether a run has reached it. */
import { ratioText, shortNumber } from "./format.ts";
import type { PeerLine, Results } from "./results.ts";
import { pairedRatio, type Rows, summarize } from "./summary.ts";
import type { Op } from "./work.ts";

/** In place of a peer: the fastest that somebody could use in place of pyro-ts. */
const BEST_REAL_PEER = "best real peer";

interface Aim {
  readonly op: Op;
  /** What the work is called in the table. */
  readonly work: string;
  readonly of: string;
}

export type Target =
  | (Aim & { readonly kind: "ratio"; readonly to: string; readonly atLeast: number })
  | (Aim & { readonly kind: "cpu"; readonly atMostUs: number })
  | (Aim & { readonly kind: "memory"; readonly atMostKiB: number })
  | (Aim & { readonly kind: "start"; readonly to: string; readonly atMostMsMore: number });

export interface Outcome {
  readonly work: string;
  readonly target: string;
  /** "" where the run has no figure for it. */
  readonly measured: string;
  readonly met: boolean | undefined;
}

const OURS = "ours";
const RAW = "raw-node";
const PYRO5 = "pyro5-thread-serpent";

function ratio(work: string, op: Op, to: string, atLeast: number, of: string = OURS): Target {
  return { kind: "ratio", work, op, of, to, atLeast };
}

export const TARGETS: readonly Target[] = [
  ratio("W1 small call", "w1", RAW, 0.85),
  ratio("W1 small call", "w1", PYRO5, 2.5),
  ratio("W2 64 in flight", "w2", RAW, 0.3),
  { kind: "cpu", work: "W2 64 in flight", op: "w2", of: OURS, atMostUs: 2.2 },
  ratio("W2 64 in flight", "w2", BEST_REAL_PEER, 6),
  ratio("W3 1 KiB text", "w3s", RAW, 0.8),
  ratio("W3 64 KiB bytes", "w3m", RAW, 0.5),
  ratio("W3 8 MiB bytes", "w3l", RAW, 0.3),
  ratio("W3 64 KiB bytes, raw", "w3m", RAW, 0.75, "ours-marshal"),
  ratio("W3 8 MiB bytes, raw", "w3l", RAW, 0.6, "ours-marshal"),
  ratio("W4 1000 dicts", "w4", "node-mini", 1),
  ratio("W4 1000 dicts", "w4", PYRO5, 35),
  ratio("W5 1000 connections", "w5", RAW, 0.75),
  { kind: "memory", work: "W5 1000 connections", op: "w5", of: OURS, atMostKiB: 12 },
  ratio("W5 connect, call, close", "w5hs", RAW, 0.9),
  ratio("W6 lookup", "w6lookup", "pyro5-ns-memory", 3, "ours-ns"),
  ratio("W6 list", "w6list", "pyro5-ns-memory", 4, "ours-ns"),
  ratio("W7 items, Pyro's protocol", "w7", PYRO5, 30, "ours-items"),
  ratio("W7 items from Python", "w7", PYRO5, 3.2, "ours-pyro5"),
  ratio("W7 items, many a reply", "w7", "nats", 1),
  { kind: "start", work: "W8 start from source", op: "w8", of: "ours-nsd", to: "node-tcp", atMostMsMore: 30 },
  { kind: "start", work: "W8 start, built", op: "w8", of: "ours-nsd-dist", to: "node-tcp", atMostMsMore: 30 },
];

/** Each target beside what the run measured. */
export function outcomes(results: Results, targets: readonly Target[] = TARGETS): Outcome[] {
  const rows = summarize(results);
  return targets.map((target) => outcome(target, results, rows));
}

function outcome(target: Target, { samples, peers }: Results, rows: Rows): Outcome {
  const { work, op, of } = target;
  const row = rows[of]?.[op];
  const verdict = (
    wanted: string,
    value: number | undefined,
    met: (value: number) => boolean,
    text: string,
  ): Outcome =>
    value === undefined
      ? { work, target: wanted, measured: "", met: undefined }
      : { work, target: wanted, measured: text, met: met(value) };
  switch (target.kind) {
    case "ratio": {
      const { to, atLeast } = target;
      const other = to === BEST_REAL_PEER ? fastestReal(peers, rows, op) : to;
      const value = other === undefined ? undefined : pairedRatio(samples, of, other, op);
      const named = to === BEST_REAL_PEER && other !== undefined ? ` (${other})` : "";
      return verdict(`≥ ${atLeast} × ${to}`, value, (one) => one >= atLeast, `${ratioText(value)}${named}`);
    }
    case "cpu": {
      const { atMostUs } = target;
      const sides = [row?.serverUs, row?.clientUs].filter((one) => one !== undefined);
      const value = sides.length === 2 ? Math.max(...sides) : undefined;
      const text = `server ${shortNumber(row?.serverUs)}, client ${shortNumber(row?.clientUs)}`;
      return verdict(`≤ ${atMostUs} µs CPU a side and call`, value, (one) => one <= atMostUs, text);
    }
    case "memory": {
      const { atMostKiB } = target;
      const value = row?.perConnKiB;
      return verdict(`≤ ${atMostKiB} KiB a connection`, value, (one) => one <= atMostKiB, shortNumber(value));
    }
    case "start": {
      const { to, atMostMsMore } = target;
      const [own, bare] = [row?.ms, rows[to]?.[op]?.ms];
      const value = own === undefined || bare === undefined ? undefined : own - bare;
      const text = `${shortNumber(own)} ms, ${shortNumber(value)} more`;
      return verdict(`≤ ${atMostMsMore} ms more than ${to}`, value, (one) => one <= atMostMsMore, text);
    }
    default:
      return target satisfies never;
  }
}

/** The fastest by the median rate, of those that neither are ours nor only a floor. */
function fastestReal(peers: readonly PeerLine[], rows: Rows, op: Op): string | undefined {
  const rate = (peer: PeerLine): number => rows[peer.name]?.[op]?.rate ?? 0;
  return (
    peers
      // A worker thread is not reached over a connection.
      .filter((peer) => (peer.group === "pyro" || peer.group === "rpc") && peer.name !== "comlink" && rate(peer) > 0)
      .toSorted((a, b) => rate(b) - rate(a))[0]?.name
  );
}
