import { CommunicationError, ConnectionClosedError } from "../base/errors.ts";
import { type Location, locationText } from "./location.ts";

/** Node's error codes for a failed connection attempt: the reason and what to check. */
const CONNECT_REASONS: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused; is the daemon running, and bound to this address?"],
  ["ENOTFOUND", "unknown host name; check the spelling and DNS"],
  ["EAI_AGAIN", "host name lookup failed temporarily; check DNS"],
  ["EHOSTUNREACH", "no route to this host; check the network"],
  ["ENETUNREACH", "no route to this network; check the network"],
  ["ETIMEDOUT", "no answer; check the address and firewalls"],
  ["ECONNRESET", "connection reset by the peer"],
  ["ENOENT", "no such socket file; is the daemon running?"],
  ["EACCES", "permission denied"],
]);

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** The error for a failed connection attempt, with Pyro's text: `cannot connect to LOCATION: reason`. */
export function connectError(location: Location, cause: unknown): CommunicationError {
  const first = cause instanceof AggregateError ? (cause.errors as unknown[])[0] : cause;
  const code = codeOf(first) ?? codeOf(cause);
  const reason = CONNECT_REASONS.get(code ?? "") ?? (first instanceof Error ? first.message : String(first));
  return new CommunicationError(`cannot connect to ${locationText(location)}: ${reason}`, {
    code: "PYRO_CANNOT_CONNECT",
    cause,
  });
}

/** The error for a connection that was lost while in use. */
export function brokenError(peer: string, cause: unknown): ConnectionClosedError {
  const reason = codeOf(cause) ?? (cause instanceof Error ? cause.message : String(cause));
  return new ConnectionClosedError(`connection to ${peer} lost: ${reason}`, { cause });
}
