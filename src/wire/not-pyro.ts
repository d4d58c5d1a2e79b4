import type { Buffer } from "node:buffer";
import { ProtocolError } from "../base/errors.ts";

const TLS_ALERT = 0x15;
const TLS_HANDSHAKE = 0x16;
/** First byte of the version in every TLS record, from SSL 3 to TLS 1.3. */
const TLS_MAJOR = 3;

/** The error for a first message that is not Pyro's. It detects TLS, because often only one side has TLS enabled. */
export function notPyroError(bytes: Buffer, at: number, text: string): ProtocolError {
  if (bytes[at + 1] === TLS_MAJOR && bytes[at] === TLS_HANDSHAKE) {
    const fix = "give the daemon tls (PYRO_SSL), or turn it off in the client";
    return new ProtocolError(`${text}: a TLS client, but this port does not speak TLS; ${fix}`, {
      code: "PYRO_TLS_UNEXPECTED",
    });
  }
  if (bytes[at + 1] === TLS_MAJOR && bytes[at] === TLS_ALERT) {
    return new ProtocolError(`${text}: this port speaks TLS; give the proxy tls, or set PYRO_SSL`, {
      code: "PYRO_TLS_EXPECTED",
    });
  }
  return new ProtocolError(text, { code: "PYRO_BAD_TAG" });
}
