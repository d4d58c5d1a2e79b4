/** Hands out files and takes them in: whole, as a stream of parts, or beside the calls as annotations. */
import { callContext, Daemon, expose, RemoteError, stopSignal } from "#pyro";

const PART = 50_000;

export class Files {
  static {
    expose(this, {
      methods: {
        names: "names()",
        read: "read(name)",
        parts: "parts(name)",
        part: "part(name, at)",
        write: "write(name, data)",
      },
    });
  }

  readonly #files = new Map<string, Uint8Array>([
    ["example.bin", Uint8Array.from({ length: 200_000 }, (_, at) => (at * at) >> 3)],
  ]);

  names(): Record<string, number> {
    return Object.fromEntries(Array.from(this.#files, ([name, data]) => [name, data.length]));
  }

  read(name: string): Uint8Array {
    const data = this.#files.get(name);
    if (data === undefined) throw new RemoteError("FileNotFoundError", [2, `no file ${name}`]);
    return data;
  }

  /** A stream: one part is on its way at a time, so a file may be larger than memory. */
  *parts(name: string): Generator<Uint8Array> {
    const data = this.read(name);
    for (let at = 0; at < data.length; at += PART) yield data.subarray(at, at + PART);
  }

  /** The part's bytes travel as they are, beside the reply; gives where the next part begins. */
  part(name: string, at: number): number {
    const bytes = this.read(name).subarray(at, at + PART);
    callContext()?.responseAnnotations.set("PART", bytes);
    return at + bytes.length;
  }

  write(name: string, data: Uint8Array): number {
    this.#files.set(name, data);
    return data.length;
  }
}

await using daemon = await Daemon.listen();
console.log(String(daemon.register(new Files(), "example.files")));
await stopSignal();
