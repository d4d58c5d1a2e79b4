import { processEnvironment } from "../base/environment.ts";
import type { CommunicationError } from "../base/errors.ts";
import type { DialSettings } from "./dial.ts";
import type { Location } from "./location.ts";
import { nodeTls } from "./node-tls.ts";
import { isTlsError, tlsConnectError, tlsExpected } from "./tls-errors.ts";

/** The probe gives up after this time. */
const MAX_PROBE_MS = 2_000;

/**
 * Finds out why a server closed a connection during the handshake without an answer. Either it requires TLS and the
 * client did not use it, or it refused the client's certificate and the alert was lost. The probe is a second
 * connection that only does a TLS handshake. Returns undefined if TLS is not the reason.
 *
 * @param timeoutMs the caller's limit; 0: none. The probe takes at most 2 seconds.
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
      // The certificate does not matter: no data is sent, and received data is ignored.
      rejectUnauthorized: false,
    });
    const finish = (problem: CommunicationError | undefined): void => {
      environment.clearTimer(timer);
      socket.removeAllListeners();
      socket.on("error", () => undefined);
      socket.destroy();
      resolve(problem);
    };
    const limitMs = timeoutMs > 0 ? Math.min(timeoutMs, MAX_PROBE_MS) : MAX_PROBE_MS;
    const timer = environment.setTimeout(() => finish(undefined), limitMs);
    socket.on("secureConnect", () => {
      if (tls === undefined) finish(tlsExpected(location));
    });
    socket.on("error", (error) => {
      if (!isTlsError(error)) return finish(undefined);
      const problem = tlsConnectError(location, error, tls?.certified ?? false);
      if (tls !== undefined) return finish(problem);
      finish(problem.code === "PYRO_TLS_UNEXPECTED" ? undefined : tlsExpected(location));
    });
    socket.on("close", () => finish(undefined));
    socket.resume();
  });
}
