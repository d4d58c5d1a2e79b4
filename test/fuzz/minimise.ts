import { Buffer } from "node:buffer";
import type { Input } from "./engine.ts";

const MOST_TRIES = 600;
const MOST_MS = 15_000;

/**
 * A smaller input of which `still` says that it brings about the same: chunks are left out, large ones first, as long as
 * that works.
 */
export async function minimised(input: Input, still: (input: Input) => Promise<boolean>): Promise<Input> {
  let { bytes } = input;
  let tries = 0;
  const until = performance.now() + MOST_MS;
  for (let size = Math.ceil(bytes.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < bytes.length; ) {
      if (++tries > MOST_TRIES || performance.now() > until) return { ...input, bytes };
      const smaller = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
      if (await still({ ...input, bytes: smaller })) bytes = smaller;
      else at += size;
    }
  }
  return { ...input, bytes };
}
