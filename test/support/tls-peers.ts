import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authority, type Certified } from "./certificates.ts";
import { type PythonProcess, type PythonPyro, startPython } from "./python.ts";

const HERE = ["localhost", "127.0.0.1", "::1"];

/** Certificates for one test file, as texts and as files for Python; disposing removes the files. */
export class Certificates implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "pyro-tls-"));
  readonly authority: Authority = new Authority("test authority");
  readonly stranger: Authority = new Authority("somebody else");
  readonly server: Certified = this.authority.issue("server", { hosts: HERE });
  readonly elsewhere: Certified = this.authority.issue("elsewhere", { hosts: ["elsewhere.example", "10.9.9.9"] });
  readonly expired: Certified = this.authority.issue("old", { hosts: HERE, fromDays: -9, untilDays: -2 });
  readonly client: Certified = this.authority.issue("alice");
  readonly lockedClient: Certified = this.authority.issue("bob", { passphrase: "open sesame" });
  readonly expiredClient: Certified = this.authority.issue("old alice", { fromDays: -9, untilDays: -2 });
  readonly strangeClient: Certified = this.stranger.issue("mallory");
  readonly ca: string = this.authority.cert;

  /** The path of a file with this text. */
  file(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Pyro's items for a server with this certificate; with `clients`, it wants certificates of the authority. */
  serverItems(certified: Certified, clients = false): Record<string, string> {
    return {
      PYRO_SSL: "on",
      PYRO_SSL_SERVERCERT: this.file("server.pem", certified.cert),
      PYRO_SSL_SERVERKEY: this.file("server.key", certified.key),
      ...(clients ? { PYRO_SSL_REQUIRECLIENTCERT: "on", PYRO_SSL_CACERTS: this.file("ca.pem", this.ca) } : {}),
    };
  }

  /** Pyro's items for a client that believes `ca`. */
  clientItems(ca: string, certified?: Certified, passphrase?: string): Record<string, string> {
    return {
      PYRO_SSL: "on",
      PYRO_SSL_CACERTS: this.file("believed.pem", ca),
      ...(certified === undefined
        ? {}
        : {
            PYRO_SSL_CLIENTCERT: this.file("client.pem", certified.cert),
            PYRO_SSL_CLIENTKEY: this.file("client.key", certified.key),
          }),
      ...(passphrase === undefined ? {} : { PYRO_SSL_CLIENTKEYPASSWD: passphrase }),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const imports = (version: PythonPyro): string =>
  version === 4 ? "import Pyro4 as P\nimport Pyro4.naming" : "import Pyro5.api as P\nimport Pyro5.nameserver";

const SERVER = `
import sys
@P.expose
class Echo(object):
    def echo(self, value):
        return value
    def whoami(self):
        return repr(P.current_context.client_sock_addr)
class Daemon(P.Daemon):
    def validateHandshake(self, conn, data):
        cert = conn.getpeercert()
        subject = dict(pair[0] for pair in cert["subject"]) if cert else {}
        print("client", subject.get("commonName"), flush=True)
        return "hello"
options = eval(sys.argv[1])
d = Daemon(**options)
print("bound", d.locationStr, flush=True)
print("uri", d.register(Echo(), "echo"), flush=True)
d.requestLoop()
`;

export interface EchoServer extends AsyncDisposable {
  readonly python: PythonProcess;
  /** Where it listens; with NAT, not what stands in its URI. */
  readonly bound: string;
  readonly uri: string;
}

/** A Python daemon with an object `echo`; it says whose certificate each client showed. `options` are Python's own. */
export async function echoServer(
  version: PythonPyro,
  env: Record<string, string> = {},
  options = "dict(host='127.0.0.1')",
): Promise<EchoServer> {
  const python = await startPython(version, ["-c", `${imports(version)}${SERVER}`, options], { env });
  try {
    const [, bound = ""] = await python.line(/^bound (.*)$/, 30_000);
    const [, uri = ""] = await python.line(/^uri (.*)$/, 30_000);
    return { python, bound, uri, [Symbol.asyncDispose]: () => python[Symbol.asyncDispose]() };
  } catch (error) {
    await python[Symbol.asyncDispose]();
    throw error;
  }
}

const CLIENT = `
import sys
def what(error):
    return "%s: %s" % (type(error).__name__, error)
for line in sys.stdin:
    try:
        with P.Proxy(line.strip()) as echo:
            echo._pyroTimeout = 20
            print("answer", echo.echo("hello"), flush=True)
    except Exception as error:
        print("failed", what(error), flush=True)
`;

/** A Python client: `call(uri)` gives what it printed, `answer hello` or `failed CLASS: TEXT`. */
export async function echoClient(
  version: PythonPyro,
  env: Record<string, string> = {},
): Promise<AsyncDisposable & { call(uri: string): Promise<string> }> {
  const python = await startPython(version, ["-c", `${imports(version)}${CLIENT}`], { env });
  return {
    async call(uri) {
      python.say(uri);
      return (await python.line(/^(answer|failed) /, 30_000)).input;
    },
    [Symbol.asyncDispose]: () => python[Symbol.asyncDispose](),
  };
}
