import { CommunicationError } from "../base/errors.ts";
import { type Location, locationText } from "./location.ts";

/*
 * Translates OpenSSL's and Node's errors for a failed TLS connection to errors that say what to do. OpenSSL's reason is
 * in the code (`ERR_SSL_WRONG_VERSION_NUMBER`) or, after a failed write, in the message of an `EPROTO` error.
 */

/** Prefixes of the refusals that our daemons send to clients. `codeOfRefusal` recognises them. */
const TLS_REQUIRED = "this port speaks TLS";
const CERTIFICATE_REQUIRED = "this daemon requires a client certificate";
const CERTIFICATE_INVALID = "the client certificate is";

/** Error code and text for a TLS failure. */
interface Failure {
  readonly code: string;
  readonly text: string;
}

const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LAYER_FAILURE|RECORD_TOO_LARGE/;
const EXPIRED = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/;
const UNTRUSTED =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|ERROR_IN_CERT|CRL_|EE_|CA_)/;
/** Alerts that the peer sends if it rejects our certificate or requires one. */
const CERTIFICATE_ALERT =
  /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|NO_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/;

/** OpenSSL's reason in upper case, from the code or the message. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code !== "EPROTO") return code;
  return (error as Error).message.toUpperCase().replaceAll(" ", "_");
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : undefined;
  return reason ?? error.message;
}

/** Whether the error is a TLS failure, not a network failure. */
export function isTlsError(error: unknown): boolean {
  const reason = reasonOf(error);
  return /^ERR_(SSL|TLS)_/.test(reason) || reason.includes("SSL_ROUTINES");
}

/** The failure as seen by the client. */
function clientFailure(error: unknown, certified: boolean): Failure {
  const reason = reasonOf(error);
  if (NO_TLS.test(reason)) {
    return {
      code: "PYRO_TLS_UNEXPECTED",
      text: "this port does not speak TLS; disable tls here (PYRO_SSL), or enable it in the daemon",
    };
  }
  if (reason === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      code: "PYRO_TLS_HOST_NAME",
      text:
        `the server's certificate is for another host. ${textOf(error)} ` +
        "Use a host of the certificate in the URI, set tls.servername, or issue a certificate for this host",
    };
  }
  if (EXPIRED.test(reason)) {
    const when = reason === "CERT_HAS_EXPIRED" ? "has expired" : "is not valid yet";
    return {
      code: "PYRO_TLS_EXPIRED",
      text: `the server's certificate, or its CA's, ${when}; renew it, or correct this machine's clock`,
    };
  }
  if (UNTRUSTED.test(reason)) {
    return {
      code: "PYRO_TLS_UNTRUSTED",
      text: `the server's certificate is not trusted (${textOf(error)}); add its CA to tls.ca (PYRO_SSL_CACERTS)`,
    };
  }
  // TLS 1.2 reports a missing certificate with a generic alert.
  const isGenericAlert = !certified && reason.includes("ALERT_HANDSHAKE_FAILURE");
  if (CERTIFICATE_ALERT.test(reason) || isGenericAlert) {
    const required = `the server ${isGenericAlert ? "probably " : ""}requires a client certificate`;
    const problem = certified ? "the server rejected this client's certificate" : required;
    const action = certified ? "the server must trust its CA" : "set tls.cert and tls.key (PYRO_SSL_CLIENTCERT)";
    return { code: "PYRO_TLS_CLIENT_CERTIFICATE", text: `${problem} (${textOf(error)}); ${action}` };
  }
  return { code: "PYRO_TLS", text: `TLS failed: ${textOf(error)}` };
}

/** The client's error for a failed TLS handshake, or for a TLS failure before the first reply. */
export function tlsConnectError(location: Location, cause: unknown, certified: boolean): CommunicationError {
  const { code, text } = clientFailure(cause, certified);
  return new CommunicationError(`cannot connect to ${locationText(location)}: ${text}`, { code, cause });
}

/** The error for a plain client at a TLS port: the client's error with `location`, the server's without. */
export function tlsExpected(location: Location | undefined): CommunicationError {
  const code = "PYRO_TLS_EXPECTED";
  if (location === undefined) {
    return new CommunicationError(`${TLS_REQUIRED}; enable tls in the client (Python: config.SSL)`, { code });
  }
  const text = `cannot connect to ${locationText(location)}: ${TLS_REQUIRED}; enable tls in the proxy, or set PYRO_SSL`;
  return new CommunicationError(text, { code });
}

/** The server's error for a failed TLS handshake. */
export function tlsAcceptError(cause: unknown): CommunicationError {
  const reason = reasonOf(cause);
  if (reason === "ERR_TLS_HANDSHAKE_TIMEOUT") {
    return new CommunicationError("the client did not finish the TLS handshake in time", {
      code: "PYRO_HANDSHAKE_TIMEOUT",
      cause,
    });
  }
  const text = CERTIFICATE_ALERT.test(reason)
    ? `the client rejected this daemon's certificate (${textOf(cause)}); the client must trust its CA, and the certificate must be for this host`
    : reason === "ECONNRESET"
      ? "the client closed the connection during the TLS handshake; does it trust this daemon's certificate?"
      : `TLS failed: ${textOf(cause)}`;
  return new CommunicationError(text, { code: "PYRO_TLS", cause });
}

/** The server's error for a missing or invalid client certificate. `reason` is OpenSSL's code. */
export function clientCertificateError(reason: string, sent: boolean): CommunicationError {
  if (!sent) {
    return new CommunicationError(
      `${CERTIFICATE_REQUIRED}, but the client sent none; set tls.cert and tls.key (Python: SSL_CLIENTCERT)`,
      { code: "PYRO_TLS_CLIENT_CERTIFICATE" },
    );
  }
  return EXPIRED.test(reason)
    ? new CommunicationError(`${CERTIFICATE_INVALID} expired or not yet valid (${reason}); renew it`, {
        code: "PYRO_TLS_EXPIRED",
      })
    : new CommunicationError(`${CERTIFICATE_INVALID} not trusted (${reason}); add its CA to the daemon's ca`, {
        code: "PYRO_TLS_UNTRUSTED",
      });
}

/** The error code for a refusal that one of our daemons sent because of TLS; undefined for other refusals. */
export function codeOfRefusal(text: string): string | undefined {
  if (text.startsWith(TLS_REQUIRED)) return "PYRO_TLS_EXPECTED";
  const certificate = text.startsWith(CERTIFICATE_REQUIRED) || text.startsWith(CERTIFICATE_INVALID);
  return certificate ? "PYRO_TLS_CLIENT_CERTIFICATE" : undefined;
}
