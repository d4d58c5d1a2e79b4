import type Docker from "dockerode";

/** A line that a container wrote. */
export interface LogLine {
  /** When, as the host's clock had it: RFC 3339 with nanoseconds, which sorts as text. */
  readonly at: string;
  readonly text: string;
}

/**
 * Cuts what an engine sends of a container's log into lines. Without a terminal, each piece is sent behind a head of eight
 * bytes: the stream's number, three zeros, the length (Docker Engine API, ContainerAttach).
 */
export class LineCutter {
  readonly #framed: boolean;
  /** What is not a line yet, for each of the streams: they are woven into each other. */
  readonly #rests = new Map<number, string>();
  readonly #decoders = new Map<number, TextDecoder>();
  #pending: Buffer = Buffer.alloc(0);

  constructor(tty: boolean) {
    this.#framed = !tty;
  }

  *feed(chunk: Buffer): Generator<LogLine> {
    if (!this.#framed) {
      yield* this.#take(1, chunk);
      return;
    }
    let data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const end = data.length < 8 ? Number.POSITIVE_INFINITY : 8 + data.readUInt32BE(4);
      if (data.length < end) break;
      yield* this.#take(data[0] as number, data.subarray(8, end));
      data = data.subarray(end);
    }
    this.#pending = data;
  }

  *end(): Generator<LogLine> {
    for (const rest of this.#rests.values()) if (rest !== "") yield lineOf(rest);
    this.#rests.clear();
  }

  *#take(stream: number, bytes: Buffer): Generator<LogLine> {
    const decoder = this.#decoders.get(stream) ?? new TextDecoder();
    this.#decoders.set(stream, decoder);
    const lines = ((this.#rests.get(stream) ?? "") + decoder.decode(bytes, { stream: true })).split("\n");
    this.#rests.set(stream, lines.pop() ?? "");
    for (const line of lines) yield lineOf(line);
  }
}

/** The engine puts the time before each line. */
function lineOf(line: string): LogLine {
  const space = line.indexOf(" ");
  return { at: line.slice(0, space), text: line.slice(space + 1).replace(/\r$/, "") };
}

/** What a container has written so far. */
export async function logLines(
  container: Docker.Container,
  options: { readonly tail?: number; readonly stderr?: boolean } = {},
): Promise<LogLine[]> {
  const { Config } = await container.inspect();
  const sent = (await container.logs({
    stdout: true,
    stderr: true,
    timestamps: true,
    follow: false,
    ...options,
  } as Docker.ContainerLogsOptions & { follow: false })) as unknown as Buffer;
  const cutter = new LineCutter(Config.Tty);
  return [...cutter.feed(Buffer.from(sent)), ...cutter.end()];
}
