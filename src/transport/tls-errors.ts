import { CommunicationError } from "../base/errors.ts";
import { type Location, locationText } from "./location.ts";

/*
 * What OpenSSL's and Node's words for a failed TLS connection mean, with the cure. OpenSSL's texts stand in the code
 * (`ERR_SSL_WRONG_VERSION_NUMBER`) or, where writing met the failure, in the message behind `EPROTO`.
 */

/** What a daemon of ours says to clients that cannot come in; it begins with one of these. */
const NO_PLAIN_CLIENTS = "this port speaks TLS";
const CERTIFICATE_WANTED = "this daemon wants a client certificate";
const CERTIFICATE_BAD = "the client certificate is";

/** What was found wrong, in terms of the one who notices it. */
interface Finding {
  readonly code: string;
  readonly text: string;
}

const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LAYER_FAILURE|RECORD_TOO_LARGE/;
const EXPIRED = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/;
const UNTRUSTED =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|ERROR_IN_CERT|CRL_|EE_|CA_)/;
/** Alerts by which the other side says that it minds our certificate, or the lack of one. */
const CERTIFICATE_ALERT =
  /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|NO_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/;

function wordsOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code !== "EPROTO") return code;
  return (error as Error).message.toUpperCase().replaceAll(" ", "_");
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : undefined;
  return reason ?? error.message;
}

/** Whether an error is TLS's own, and no matter of the network. */
export function isTlsError(error: unknown): boolean {
  const words = wordsOf(error);
  return /^ERR_(SSL|TLS)_/.test(words) || words.includes("SSL_ROUTINES");
}

/** Whether the other side sent something else than TLS. */
export function isNoTls(error: unknown): boolean {
  return NO_TLS.test(wordsOf(error));
}

/** What a client says of a server. */
function serversFault(error: unknown, certified: boolean): Finding {
  const words = wordsOf(error);
  if (NO_TLS.test(words)) {
    return {
      code: "PYRO_TLS_UNEXPECTED",
      text: "this port does not speak TLS; leave tls out here (PYRO_SSL), or turn it on in the daemon",
    };
  }
  if (words === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      code: "PYRO_TLS_HOST_NAME",
      text:
        `the server's certificate is for another host. ${textOf(error)} ` +
        "Use a URI with a host of the certificate, tls.servername, or a certificate for this host",
    };
  }
  if (EXPIRED.test(words)) {
    const when = words === "CERT_HAS_EXPIRED" ? "has expired" : "is not valid yet";
    return {
      code: "PYRO_TLS_EXPIRED",
      text: `the server's certificate, or its authority's, ${when}; renew it there, or set this machine's clock`,
    };
  }
  if (UNTRUSTED.test(words)) {
    return {
      code: "PYRO_TLS_UNTRUSTED",
      text: `the server's certificate is not trusted (${textOf(error)}); tls.ca (PYRO_SSL_CACERTS) must hold its authority's`,
    };
  }
  // TLS 1.2 has no word of its own for a certificate that is missing.
  const old = !certified && words.includes("ALERT_HANDSHAKE_FAILURE");
  if (CERTIFICATE_ALERT.test(words) || old) {
    const wants = old ? "the server seems to want a client certificate" : "the server wants a client certificate";
    const what = certified ? "the server refuses this client's certificate" : wants;
    const cure = certified ? "its authority must be known there" : "give tls.cert and tls.key (PYRO_SSL_CLIENTCERT)";
    return { code: "PYRO_TLS_CLIENT_CERTIFICATE", text: `${what} (${textOf(error)}); ${cure}` };
  }
  return { code: "PYRO_TLS", text: `TLS failed: ${textOf(error)}` };
}

/** A TLS handshake that failed at the client, or a failure of TLS before the first answer. */
export function tlsConnectError(location: Location, cause: unknown, certified: boolean): CommunicationError {
  const { code, text } = serversFault(cause, certified);
  return new CommunicationError(`cannot connect to ${locationText(location)}: ${text}`, { code, cause });
}

/** A client without TLS at a server with it, or the server that such a client found. */
export function tlsExpected(location: Location | undefined): CommunicationError {
  const code = "PYRO_TLS_EXPECTED";
  if (location === undefined) {
    return new CommunicationError(`${NO_PLAIN_CLIENTS}; give the client tls (Python: config.SSL)`, { code });
  }
  const text = `cannot connect to ${locationText(location)}: this port speaks TLS; give the proxy tls, or set PYRO_SSL`;
  return new CommunicationError(text, { code });
}

/** A TLS handshake that failed at the server. */
export function tlsAcceptError(cause: unknown): CommunicationError {
  const words = wordsOf(cause);
  if (words === "ERR_TLS_HANDSHAKE_TIMEOUT") {
    return new CommunicationError("the client did not finish its TLS handshake in time", {
      code: "PYRO_HANDSHAKE_TIMEOUT",
      cause,
    });
  }
  const text = CERTIFICATE_ALERT.test(words)
    ? `the client refuses this daemon's certificate (${textOf(cause)}); its ca must hold the authority, and the certificate be for this host`
    : words === "ECONNRESET"
      ? "the client ended the connection during the TLS handshake; does it trust this daemon's certificate?"
      : `TLS failed: ${textOf(cause)}`;
  return new CommunicationError(text, { code: "PYRO_TLS", cause });
}

/** A client whose certificate does not do, or that has none. `reason` is OpenSSL's code. */
export function clientCertificateError(reason: string, shown: boolean): CommunicationError {
  if (!shown) {
    return new CommunicationError(
      `${CERTIFICATE_WANTED}, and none was shown; give the client one (Python: SSL_CLIENTCERT)`,
      { code: "PYRO_TLS_CLIENT_CERTIFICATE" },
    );
  }
  return EXPIRED.test(reason)
    ? new CommunicationError(`${CERTIFICATE_BAD} out of its time (${reason}); renew it`, {
        code: "PYRO_TLS_EXPIRED",
      })
    : new CommunicationError(`${CERTIFICATE_BAD} not trusted here (${reason}); the daemon's ca decides`, {
        code: "PYRO_TLS_UNTRUSTED",
      });
}

/** The code for a handshake that a daemon of ours refused because of TLS; undefined for other refusals. */
export function codeOfRefusal(text: string): string | undefined {
  if (text.startsWith(NO_PLAIN_CLIENTS)) return "PYRO_TLS_EXPECTED";
  const certificate = text.startsWith(CERTIFICATE_WANTED) || text.startsWith(CERTIFICATE_BAD);
  return certificate ? "PYRO_TLS_CLIENT_CERTIFICATE" : undefined;
}
