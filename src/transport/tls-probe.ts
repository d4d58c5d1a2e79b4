import { processEnvironment } from "../base/environment.ts";
import type { CommunicationError } from "../base/errors.ts";
import type { DialSettings } from "./dial.ts";
import type { Location } from "./location.ts";
import { nodeTls } from "./node-tls.ts";
import { isTlsError, tlsConnectError, tlsExpected } from "./tls-errors.ts";

/** A server that does not answer this soon has told enough by not answering the first time. */
const LONGEST_MS = 2_000;

/**
 * Finds out why a server closed a connection during the handshake without a word: it speaks TLS and was not spoken to
 * so, or it minds the client's certificate and its alert was lost with the connection. It is asked once more, by a TLS
 * handshake and nothing else. Undefined when it has nothing against that.
 *
 * @param timeoutMs 0: no limit of the caller's.
 */
export function findTlsProblem(
  location: Location,
  { tls, environment = processEnvironment }: DialSettings,
  timeoutMs: number,
): Promise<CommunicationError | undefined> {
  return new Promise((resolve) => {
    const socket = nodeTls().connect({
      ...(location.kind === "unix" ? { path: location.path } : { host: location.host, port: location.port }),
      ...(tls === undefined ? {} : { secureContext: tls.context }),
      // Nothing is said to whoever it is, and nothing believed.
      rejectUnauthorized: false,
    });
    const over = (found: CommunicationError | undefined): void => {
      environment.clearTimer(timer);
      socket.removeAllListeners();
      socket.on("error", () => undefined);
      socket.destroy();
      resolve(found);
    };
    const limitMs = timeoutMs > 0 ? Math.min(timeoutMs, LONGEST_MS) : LONGEST_MS;
    const timer = environment.setTimeout(() => over(undefined), limitMs);
    socket.on("secureConnect", () => {
      if (tls === undefined) over(tlsExpected(location));
    });
    socket.on("error", (error) => {
      if (!isTlsError(error)) return over(undefined);
      const found = tlsConnectError(location, error, tls?.certified ?? false);
      if (tls !== undefined) return over(found);
      over(found.code === "PYRO_TLS_UNEXPECTED" ? undefined : tlsExpected(location));
    });
    socket.on("close", () => over(undefined));
    socket.resume();
  });
}
