import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./compose.ts";
import { Terminal } from "./compose-terminal.ts";
import { type Outcome, type RunOptions, run } from "./docker.ts";
import type { Machines } from "./machines.ts";

/** How a machine's engine is reached. */
export type Way = "ssh" | "tls";

export interface HostsFileOptions {
  /** Services by machine. Default: the tutorial's. */
  readonly services?: readonly (readonly [machine: number, services: readonly string[]])[];
  readonly ways?: Readonly<Record<number, Way>>;
  /** Overlays on docker-compose.yml, as paths from the top of the project. */
  readonly compose?: readonly string[];
}

const TUTORIAL = [
  [221, ["nameserver"]],
  [220, ["warehouse"]],
  [224, ["client"]],
] as const;

/** A hosts.yml for machines of the tests, and `npm run hosts` with it. */
export class HostsCli implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "pyro-hosts-"));
  readonly machines: Machines;
  readonly env: Record<string, string>;

  constructor(machines: Machines, options: HostsFileOptions = {}) {
    this.machines = machines;
    this.env = { ...machines.env };
    this.write(options);
  }

  get file(): string {
    return join(this.folder, "hosts.yml");
  }

  /** Writes another hosts.yml. */
  write({ services = TUTORIAL, ways = {}, compose = [] }: HostsFileOptions): void {
    const files = ["docker-compose.yml", ...compose].map((file) => join(ROOT, file));
    const hosts = services.map(([number, names]) => [
      `  h${number}:`,
      ...this.#engine(number, ways[number] ?? "ssh"),
      `    address: ${this.machines.address(number)}`,
      `    services: [${names.join(", ")}]`,
    ]);
    writeFileSync(this.file, [`compose: [${files.join(", ")}]`, "hosts:", ...hosts.flat(), ""].join("\n"));
  }

  /** Changes the file as it stands. */
  edit(change: (text: string) => string): void {
    writeFileSync(this.file, change(readFileSync(this.file, "utf8")));
  }

  /** Runs `npm run hosts -- ARGS` to its end. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const outcome = await run(process.execPath, this.args(...args), {
      cwd: ROOT,
      timeoutMs: 110_000,
      ...options,
      env: { ...this.env, ...options.env },
    });
    return outcome;
  }

  /** The same, when it has to succeed: its stdout. */
  async must(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw new Error(`hosts ${args.join(" ")} ended with ${code}:\n${stderr}${stdout}`);
    return stdout;
  }

  /** The same on a terminal. */
  terminal(...args: string[]): Terminal {
    return new Terminal(process.execPath, this.args(...args), this.env);
  }

  args(...args: string[]): string[] {
    return ["scripts/hosts.ts", "-f", this.file, ...args];
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #engine(number: number, way: Way): string[] {
    if (way === "ssh") return [`    engine: ssh://root@127.0.0.${number}`];
    const file = (name: string): string => join(this.machines.folder, "client", name);
    return [
      `    engine: tcp://127.0.0.${number}:2376`,
      `    tls: { ca: ${file("ca.pem")}, cert: ${file("cert.pem")}, key: ${file("key.pem")} }`,
    ];
  }
}
