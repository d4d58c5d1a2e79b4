import { Buffer } from "node:buffer";

/** Options for encoding and decoding messages. Undefined if neither option is used. */
export interface WireOptions {
  /** Compress large payloads. Received compressed payloads are always accepted. */
  readonly compression: boolean;
  /** Sign messages, and require signed messages. Pyro4 only. */
  readonly hmacKey: Buffer | undefined;
}

/** @param hmacKey text is encoded as UTF-8, as in Pyro4; an empty key means no key, as in Pyro4. */
export function wireOptionsOf(compression: boolean, hmacKey: string | Uint8Array | undefined): WireOptions | undefined {
  const key = hmacKey === undefined || hmacKey.length === 0 ? undefined : Buffer.from(hmacKey as string);
  return compression || key !== undefined ? { compression, hmacKey: key } : undefined;
}
