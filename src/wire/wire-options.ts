import { Buffer } from "node:buffer";

/** What is done with messages on their way, beside putting them into bytes. Whoever has neither, has no wireOptions. */
export interface WireOptions {
  /** Large payloads are sent compressed. Received compression is honoured in any case. */
  readonly compression: boolean;
  /** Messages are signed, and have to be: Pyro4 only. */
  readonly hmacKey: Buffer | undefined;
}

/** @param hmacKey text is taken as UTF-8, as in Pyro4; an empty key is none, there too. */
export function wireOptionsOf(compression: boolean, hmacKey: string | Uint8Array | undefined): WireOptions | undefined {
  const key = hmacKey === undefined || hmacKey.length === 0 ? undefined : Buffer.from(hmacKey as string);
  return compression || key !== undefined ? { compression, hmacKey: key } : undefined;
}
