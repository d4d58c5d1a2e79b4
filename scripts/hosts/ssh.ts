import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";
import type { EngineAddress } from "./inventory.ts";

type SshAddress = Extract<EngineAddress, { kind: "ssh" }>;

/** How long a silent host counts as there: three unanswered questions, five seconds apart. */
const SETTINGS = ["BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=5", "ServerAliveCountMax=3"];

/** Why an ssh connection ended, in ssh's own words. */
export class SshError extends Error {
  readonly code: number | null;

  constructor(code: number | null, said: string) {
    super(said === "" ? `ssh ended with ${code}` : said);
    this.name = "SshError";
    this.code = code;
  }
}

/**
 * Connections to the engine of a host by way of its sshd, as `DOCKER_HOST=ssh://` makes them: the user's own `ssh`, with
 * all that it knows of hosts, keys, agents and jumps. Nobody is asked for a password.
 */
export class SshAgent extends Agent {
  readonly #address: SshAddress;

  constructor(address: SshAddress) {
    super({ keepAlive: true });
    this.#address = address;
  }

  override createConnection(): Duplex {
    return new SshSocket(sshArguments(this.#address, "docker", "system", "dial-stdio"));
  }
}

/** What makes `ssh` run a command on the host. */
export function sshArguments(address: SshAddress, ...command: string[]): string[] {
  const { host, user, port, identity } = address;
  return [
    "-T",
    ...SETTINGS.flatMap((setting) => ["-o", setting]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(user === undefined ? [] : ["-l", user]),
    ...(identity === undefined ? [] : ["-i", identity, "-o", "IdentitiesOnly=yes"]),
    "--",
    host,
    ...command,
  ];
}

/** A child process as a socket: its input and output are the two directions. */
class SshSocket extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #said = "";

  constructor(args: readonly string[]) {
    super({ allowHalfOpen: true });
    this.#child = spawn("ssh", args);
    const { stdin, stdout, stderr } = this.#child;
    stdin.on("error", () => {}); // its end tells why
    stderr.setEncoding("utf8").on("data", (text: string) => (this.#said = (this.#said + text).slice(-2_000)));
    stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) stdout.pause();
    });
    this.#child.once("error", (error) => this.destroy(new SshError(null, `ssh: ${error.message}`)));
    // Not "exit": what it wrote last comes after that.
    this.#child.once("close", (code) => {
      if (code === 0) this.push(null);
      else this.destroy(new SshError(code, this.#said.trim()));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const { stdin } = this.#child;
    // After an end there is no drain; what tells of it is the child's exit.
    if (stdin.write(chunk, encoding) || stdin.destroyed) done();
    else stdin.once("drain", done);
  }

  override _final(done: () => void): void {
    this.#child.stdin.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  // What Node's HTTP client does with a socket, and a pipe has no need of.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
