import type { Host } from "./inventory.ts";
import { SshError } from "./ssh.ts";

/** What went wrong on one host, in one line: what, and what to do about it. */
export class Fault extends Error {
  readonly host: string;

  constructor(host: Host, what: string, cause?: unknown) {
    super(`${host.name}: ${what}`, { cause });
    this.name = "Fault";
    this.host = host.name;
  }
}

/** Patterns of what ssh, TLS and engines say, in what is to be said instead. Asked in this order. */
const SAYINGS: readonly (readonly [RegExp, (host: Host, found: RegExpExecArray) => string])[] = [
  // ssh
  [
    /permission denied \(([^)]*)\)/i,
    (host) => `its sshd does not let us in with our key; try ${sshTry(host)}, and ssh-copy-id`,
  ],
  [
    /host key verification failed|no \S+ host key is known|remote host identification has changed/i,
    (host) =>
      `its ssh host key is not the one we know, or not known yet; log in once by hand and compare it: ${sshTry(host)}`,
  ],
  [
    /could not resolve hostname|ENOTFOUND|EAI_AGAIN/i,
    (host) => `nobody knows where ${host.engineText} is; check the engine's name in hosts.yml`,
  ],
  [
    /permission denied.*docker\.sock|docker\.sock.*permission denied|EACCES.*\.sock/is,
    (host) =>
      `its user may not use Docker; add it to the group docker there (usermod -aG docker), and log in anew: ${host.engineText}`,
  ],
  [/docker: (command )?not found|command not found/i, () => "it has no docker command; install Docker Engine there"],
  [
    /cannot connect to the docker daemon|is the docker daemon running|dial-stdio.*no such file|ENOENT.*\.sock|ECONNREFUSED.*\.sock/is,
    () => "its Docker engine does not run; start it there: systemctl start docker",
  ],
  // TLS
  [
    /self.signed|unable to (verify|get) .*certificate|DEPTH_ZERO|unable_to_verify|UNABLE_TO/i,
    () => "its engine's certificate is not signed by our tls.ca; take the ca that signed it",
  ],
  [
    /altnames|ERR_TLS_CERT_ALTNAME/i,
    (host) => `its engine's certificate is for another address than that of ${host.engineText}; issue it anew`,
  ],
  [
    /certificate required|bad certificate|unknown ca|handshake failure|alert number (42|48|116)|tlsv1\d? alert/i,
    () =>
      "its engine does not take our certificate; tls.cert and tls.key must be signed by the engine's own --tlscacert",
  ],
  [
    /key values mismatch|no start line|bad decrypt|PEM|ERR_OSSL/i,
    () => "tls.cert and tls.key are no pair of PEM files; check them",
  ],
  [/certificate has expired|CERT_HAS_EXPIRED/i, () => "its engine's certificate has expired; issue it anew"],
  [
    /HTTP request to an HTTPS|HPE_INVALID|wrong version number|EPROTO/i,
    () => "its engine speaks no TLS at that port; start it with --tlsverify",
  ],
  // reaching it
  [
    /connection refused|ECONNREFUSED/i,
    (host) => `it refuses the connection to ${host.engineText}; is sshd or the engine started there, on that port?`,
  ],
  [
    /timed out|ETIMEDOUT|no route to host|EHOSTUNREACH|ENETUNREACH|network is unreachable|host is down|EHOSTDOWN|did not answer/i,
    (host) => `it cannot be reached at ${host.engineText}; is it switched on, and does its firewall let us in?`,
  ],
  // the engine's own troubles
  [
    /no space left on device|disk quota/i,
    () => "its disk is full; make room there (docker system prune), and run up again",
  ],
  [
    /port is already allocated|address already in use|failed to bind (host )?port|bind: address already/i,
    (host, { input }) =>
      `port ${portIn(input)} is taken there; stop what has it (ss -ltnp on ${host.name}), or publish another one`,
  ],
  [
    /cannot assign requested address/i,
    (host) =>
      `${host.bind} is none of its own addresses; set bind in hosts.yml to one of those that ip addr shows there`,
  ],
  [/no such image/i, () => "the image is not there any more; run up again"],
  [
    /ECONNRESET|EPIPE|socket hang up|connection (reset|closed)|broken pipe|ended with|closed by remote|terminated|premature close|aborted/i,
    (host) => `it went away in the middle; when it is back, run up again (${host.engineText})`,
  ],
];

/** An error of a host's as a fault: the first line that fits, else what was said. */
export function faultOf(host: Host, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const said = sayingOf(error);
  for (const [pattern, saying] of SAYINGS) {
    const found = pattern.exec(said);
    if (found !== null) return new Fault(host, saying(host, found), error);
  }
  const last = said.trim().split("\n").at(-1) ?? "";
  return new Fault(host, error instanceof SshError ? `ssh: ${last}` : last, error);
}

/** All that an error says, with its code, its causes and those that it is made of. */
function sayingOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, cause, errors } = error as Error & { code?: unknown; errors?: unknown[] };
  const more = [...(errors ?? []), ...(cause === undefined ? [] : [cause])].map(sayingOf);
  return [typeof code === "string" ? `${error.message} ${code}` : error.message, ...more].join("\n");
}

function sshTry({ engine }: Host): string {
  if (engine.kind !== "ssh") return "ssh";
  const { user, host, port } = engine;
  return `ssh ${port === undefined ? "" : `-p ${port} `}${user === undefined ? "" : `${user}@`}${host}`;
}

function portIn(text: string): string {
  return /:(\d+)(?=[^\d]*(failed|: bind|already|$))/.exec(text)?.[1] ?? /:(\d{2,5})\b/.exec(text)?.[1] ?? "it wants";
}
