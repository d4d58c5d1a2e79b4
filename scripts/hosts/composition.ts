import { spawn } from "node:child_process";
import { dirname } from "node:path";
import type { Inventory } from "./inventory.ts";

/** A service as Compose has it after anchors, variables, defaults and overlays: `docker compose config`. */
export type ComposeService = Readonly<Record<string, unknown>>;

/** A named volume, network, secret or config of the Compose file. */
export type ComposeResource = Readonly<Record<string, unknown>>;

/** The Compose files, read as one. */
export interface Composition {
  readonly project: string;
  /** The folder that relative paths start from: that of the first file. */
  readonly folder: string;
  readonly files: readonly string[];
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, ComposeResource | null>>;
  readonly volumes: Readonly<Record<string, ComposeResource | null>>;
  readonly secrets: Readonly<Record<string, ComposeResource>>;
  readonly configs: Readonly<Record<string, ComposeResource>>;
}

/**
 * Reads the Compose files with Compose itself, so that what runs on the hosts is what `docker compose up` runs here.
 *
 * @throws {Error} with what Compose says about them, or why it cannot be asked.
 */
export async function readComposition(inventory: Inventory): Promise<Composition> {
  const text = await compose(inventory, ["config", "--format", "json"]);
  const { name, services, networks, volumes, secrets, configs } = JSON.parse(text) as Record<string, unknown>;
  const table = <T>(value: unknown): Readonly<Record<string, T>> => (value ?? {}) as Record<string, T>;
  return {
    project: inventory.project ?? String(name),
    folder: dirname(inventory.composeFiles[0] ?? inventory.folder),
    files: inventory.composeFiles,
    services: table(services),
    networks: table(networks),
    volumes: table(volumes),
    secrets: table(secrets),
    configs: table(configs),
  };
}

/** The name that all that is made is labelled with. */
export async function projectOf(inventory: Inventory): Promise<string> {
  return inventory.project ?? (await readComposition(inventory)).project;
}

/** Builds services' images, with the builder's own output on stderr where that is a terminal. */
export async function buildImages(inventory: Inventory, services: readonly string[]): Promise<void> {
  if (services.length === 0) return;
  const shown = process.stderr.isTTY === true;
  await compose(inventory, ["build", ...(shown ? [] : ["--quiet"]), ...services], shown);
}

async function compose(inventory: Inventory, command: readonly string[], shown = false): Promise<string> {
  const project = inventory.project === undefined ? [] : ["-p", inventory.project];
  const files = inventory.composeFiles.flatMap((file) => ["-f", file]);
  const args = ["compose", ...project, ...files, ...command];
  const child = spawn("docker", args, { stdio: ["ignore", "pipe", shown ? "inherit" : "pipe"] });
  const written = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (written.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (written.stderr += text));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", () => {
    reject(
      new Error("this machine has no docker command: install Docker's client with its Compose plugin, v2.20 or newer"),
    );
  });
  child.once("close", resolve);
  const code = await promise;
  if (code === 0) return written.stdout;
  const said = written.stderr.trim().split("\n").slice(-12).join("\n");
  if (/is not a docker command|unknown (shorthand )?flag/.test(said)) {
    throw new Error(
      "the docker command of this machine has no Compose plugin: install docker-compose-plugin, v2.20 or newer",
    );
  }
  throw new Error(`docker compose ${command[0]} failed${said === "" ? "" : `:\n${said}`}`);
}
