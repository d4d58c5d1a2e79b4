import type { Buffer } from "node:buffer";
import { ProtocolError } from "../base/errors.ts";

const TLS_ALERT = 0x15;
const TLS_HANDSHAKE = 0x16;
/** First byte of the version in every TLS record, from SSL 3 to TLS 1.3. */
const TLS_MAJOR = 3;

/** What came in place of the first message, as an error: TLS is told apart, because it is met where one side has it on. */
export function notPyroError(bytes: Buffer, at: number, text: string): ProtocolError {
  if (bytes[at + 1] === TLS_MAJOR && bytes[at] === TLS_HANDSHAKE) {
    const cure = "give the daemon tls (PYRO_SSL), or turn it off in the client";
    return new ProtocolError(`${text}: a TLS client, but this port does not speak TLS; ${cure}`, {
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
