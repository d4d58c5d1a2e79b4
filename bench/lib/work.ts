/** What is measured: the works by name, where their two sides run, and whom each is compared with. */

/** Calls of one client, measured round by round with all peers up; an `f` at the end: placed freely. */
export const CALLS = ["w1", "w1f", "w2", "w2f", "w3s", "w3m", "w3l", "w4", "w7"] as const;
export type Call = (typeof CALLS)[number];

/** What a peer says it can do. `w1` and `w2` bring their free variants with them. */
export type Workload = "w1" | "w2" | "w3s" | "w3m" | "w3l" | "w4" | "w5" | "w6" | "w7" | "w8";

/** What can be chosen to run: calls, and the three that have blocks of their own. */
export type Work = Call | "w5" | "w6" | "w8";

/** What a figure is of: W5 and W6 have two each. */
export type Op = Call | "w5" | "w5hs" | "w6lookup" | "w6list" | "w8";

export const OPS: readonly Op[] = [...CALLS, "w5", "w5hs", "w6lookup", "w6list", "w8"];

const WORKS: readonly Work[] = [...CALLS, "w5", "w6", "w8"];

/**
 * On which cores the two sides run: `same` both on one, `split` one each, `free` as the scheduler likes.
 *
 * On a virtual machine a round trip between two cores takes some 45 µs longer than on one, more than a whole call: so the
 * cost of a call is measured on one core, throughput with a core for each side.
 */
export type Placement = "same" | "split" | "free";

export const PLACEMENT: Readonly<Record<Op, Placement>> = {
  w1: "same",
  w1f: "free",
  w2: "split",
  w2f: "free",
  w3s: "same",
  w3m: "split",
  w3l: "split",
  w4: "split",
  w5: "split",
  w5hs: "split",
  w6lookup: "same",
  w6list: "split",
  w7: "split",
  w8: "free",
};

/** The floor that a work's ratios are to: where a bare socket has nothing to compare, the smallest RPC; W8 bare Node. */
export function referenceFor(op: Op): string {
  if (op === "w8") return "node-tcp";
  return /^w[467]/.test(op) ? "node-mini" : "raw-node";
}

/** Bytes of payload that one call carries one way, for what is told in MB/s. */
export const PAYLOAD_BYTES: Readonly<Partial<Record<Op, number>>> = { w3m: 64 * 1024, w3l: 8 * 1024 * 1024 };

/** How many names the name servers of W6 hold. */
export const NAMES = 10_000;

/** The words that `--workloads` takes: a work, or the first letters of several. */
export const WORKLOAD_WORDS: readonly string[] = [
  "w1",
  "w1f",
  "w2",
  "w2f",
  "w3",
  "w3s",
  "w3m",
  "w3l",
  "w4",
  "w5",
  "w6",
  "w7",
  "w8",
  "codecs",
];

/** What a peer with these workloads does when `words` are asked for; all of it without words. */
export function chosenWorks(workloads: readonly Workload[], words: readonly string[] | undefined): Work[] {
  const able = workloads.flatMap((one): Work[] => (one === "w1" || one === "w2" ? [one, `${one}f`] : [one]));
  if (words === undefined) return WORKS.filter((one) => able.includes(one));
  return WORKS.filter((one) => able.includes(one) && (words.includes(one) || words.includes(one.slice(0, 2))));
}
