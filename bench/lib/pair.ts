/** A peer that is up: one server process, one client process that is asked to work. */
import { join } from "node:path";
import type { Answer, Request, ServerInfo } from "./client.ts";
import type { Command, Peer } from "./peers.ts";
import { placeSides } from "./placement.ts";
import { BENCH, PLACES } from "./places.ts";
import type { Processes, Started } from "./processes.ts";
import type { Placement } from "./work.ts";

const START_MS = 30_000;
const ANSWER_MS = 60_000;
const READY = "READY ";

export class Pair {
  readonly peer: Peer;
  /** The server's processes; the first is the one that was started. */
  readonly serverPids: readonly number[];
  readonly #server: Started;
  readonly #client: Started;
  readonly #processes: Processes;
  #placed: Placement | undefined;
  #asked = false;

  private constructor(peer: Peer, processes: Processes, server: Started, client: Started, pids: readonly number[]) {
    this.peer = peer;
    this.#processes = processes;
    this.#server = server;
    this.#client = client;
    this.serverPids = [server.pid, ...pids];
  }

  /** Starts server and client, and waits until both are ready. */
  static async start(peer: Peer, processes: Processes): Promise<Pair> {
    if (peer.server === undefined || peer.client === undefined)
      throw new Error(`${peer.name} has no server and client`);
    const server = processes.start(peer.server, peer);
    let client: Started | undefined;
    try {
      const ready = await lineWith(server, READY);
      const info = JSON.parse(ready.slice(READY.length)) as ServerInfo;
      const { pids = [] } = info;
      processes.adopt(pids);
      client = processes.start([...clientCommand(peer, peer.client), JSON.stringify(info)], peer);
      await lineWith(client, "{");
      return new Pair(peer, processes, server, client, pids);
    } catch (error) {
      await Promise.all([client?.stop(), server.stop()]);
      throw error;
    }
  }

  get clientPid(): number {
    return this.#client.pid;
  }

  /**
   * Has the client do one thing and gives its answer.
   *
   * @throws with what the client said when it could not; from then on always, once it has left a request unanswered.
   */
  async ask(request: Request): Promise<Answer> {
    if (this.#asked) throw new Error("an earlier request was not answered");
    this.#asked = true;
    this.#client.say(JSON.stringify(request));
    const answer = JSON.parse(await this.#client.line(ANSWER_MS)) as Answer & { error?: string };
    this.#asked = false;
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  /** Puts both sides where a work wants them. */
  place(placement: Placement): void {
    if (this.#placed === placement) return;
    this.#placed = placement;
    placeSides(this, placement);
  }

  async stop(): Promise<void> {
    await this.#client.stop();
    await this.#server.stop();
    this.#processes.endAdopted(this.serverPids.slice(1));
  }
}

/** The first line that starts so; what a program says before is passed over. */
async function lineWith(program: Started, start: string): Promise<string> {
  for (;;) {
    const line = await program.line(START_MS);
    if (line.startsWith(start)) return line;
  }
}

function clientCommand(peer: Peer, client: NonNullable<Peer["client"]>): Command {
  if (client.driver === "exec") return client.command;
  const module = join(peer.folder, client.module);
  return client.driver === "node"
    ? [PLACES.node, join(BENCH, "lib", "node-client.ts"), module]
    : [PLACES.python, join(BENCH, "lib", "python_client.py"), module];
}
