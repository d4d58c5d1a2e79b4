import { callContext } from "../context.ts";
import { DaemonError, PyroError } from "../errors.ts";
import { metadataValue } from "../session/metadata.ts";
import { dialectOf } from "../wire/versions.ts";
import { expose } from "./expose.ts";
import type { ObjectTable } from "./objects.ts";

export const DAEMON_ID = "Pyro.Daemon";

/** The object that every daemon has: it tells about the daemon itself (`Pyro5 5.15, server.py`, DaemonObject). */
export class DaemonObject {
  static {
    expose(this, {
      methods: {
        registered: "registered()",
        ping: "ping()",
        info: "info()",
        getMetadata: "get_metadata(objectId, as_lists=False)",
        getNextStreamItem: "get_next_stream_item(streamId)",
        closeStream: "close_stream(streamId)",
      },
      oneway: ["closeStream"],
    });
  }

  readonly #objects: ObjectTable;
  readonly #describe: () => string;

  constructor(objects: ObjectTable, describe: () => string) {
    this.#objects = objects;
    this.#describe = describe;
  }

  /** The ids of all objects, `Pyro.Daemon` first. */
  registered(): string[] {
    return this.#objects.ids;
  }

  ping(): void {}

  info(): string {
    return this.#describe();
  }

  /** What an object exposes. @throws {DaemonError} `unknown object` */
  getMetadata(objectId: string, asLists?: boolean): Record<string, unknown> {
    const registration = this.#objects.get(objectId);
    if (registration === undefined) throw new DaemonError("unknown object", { code: "PYRO_UNKNOWN_OBJECT" });
    return metadataValue(registration.metadata, dialectOf(asLists === true ? 4 : (callContext()?.pyroVersion ?? 5)));
  }

  /** No method of ours answers an item stream, so every stream id is one that has ended. */
  getNextStreamItem(_streamId: string): never {
    throw new PyroError("item stream terminated", { code: "PYRO_STREAM_ENDED" });
  }

  closeStream(_streamId: string): void {}
}
