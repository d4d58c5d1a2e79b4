import { DaemonError } from "../base/errors.ts";
import { callContext } from "../diagnostics/call-context.ts";
import { type Metadata, metadataValue } from "../session/metadata.ts";
import type { Location } from "../transport/location.ts";
import type { URI } from "../values/uri.ts";
import { dialectOf } from "../wire/dialects.ts";
import { expose } from "./expose.ts";
import type { ItemStreams } from "./item-streams.ts";
import type { RegisterOptions } from "./object-table.ts";

/** The part of the daemon that its own remote object uses. */
export interface DaemonView {
  /** The ids of all objects, `Pyro.Daemon` first. */
  readonly ids: string[];
  /** The number of connected clients. */
  readonly connections: number;
  readonly location: Location;
  readonly streams: ItemStreams;
  /** What an object exposes; undefined for an unknown id. */
  metadataOf(target: object | string): Metadata | undefined;
  /** One line about the daemon. */
  describe(): string;
  /** Serves an object under an id, a random one by default. */
  register(target: object, id?: string, options?: RegisterOptions): URI;
  /** Stops serving an object, given itself or its id. */
  unregister(target: object | string): void;
  /** The URI of an object, given itself or its id. */
  uriFor(target: object | string): URI;
  /** Stops listening, and closes all connections. */
  close(): Promise<void>;
}

/**
 * The remote object that every daemon has; it describes the daemon (`Pyro5 5.15, server.py`, DaemonObject). A subclass
 * can add members; pass it to the daemon as `daemonObject`:
 *
 *     class Extended extends DaemonObject {
 *       static { expose(this, { methods: { uptime: "uptime()" } }); }
 *       uptime(): number { return process.uptime(); }
 *     }
 */
export class DaemonObject {
  static {
    expose(this, {
      methods: {
        registered: "registered()",
        ping: "ping()",
        info: "info()",
        getMetadata: "get_metadata(objectId, as_lists=False)",
        getNextStreamItem: "get_next_stream_item(streamId)",
        getNextStreamItems: "get_next_stream_items(streamId, most)",
        closeStream: "close_stream(streamId)",
      },
      oneway: ["closeStream"],
    });
  }

  protected readonly daemon: DaemonView;

  constructor(daemon: DaemonView) {
    this.daemon = daemon;
  }

  /** The ids of all objects, `Pyro.Daemon` first. */
  registered(): string[] {
    return this.daemon.ids;
  }

  /** Does nothing: a reply shows that the daemon is reachable. */
  ping(): void {}

  /** One line about the daemon. */
  info(): string {
    return this.daemon.describe();
  }

  /** What an object exposes. @throws {DaemonError} `unknown object` */
  getMetadata(objectId: string, asLists?: boolean): Record<string, unknown> {
    const metadata = this.daemon.metadataOf(objectId);
    if (metadata === undefined) throw new DaemonError("unknown object", { code: "PYRO_UNKNOWN_OBJECT" });
    return metadataValue(metadata, dialectOf(asLists === true ? 4 : (callContext()?.pyroVersion ?? 5)));
  }

  /** @throws {RemoteError} StopIteration at the end; what the iterator throws; {PyroError} `item stream terminated` */
  getNextStreamItem(streamId: string): unknown {
    return this.daemon.streams.next(String(streamId), callContext()?.connection);
  }

  /**
   * Not in Pyro: returns up to `most` items that are ready, at least one, and whether they were the last. Clients that
   * find it in the metadata can use it instead of requesting each item.
   */
  getNextStreamItems(streamId: string, most: number): unknown {
    return this.daemon.streams.nextMany(String(streamId), Number(most), callContext()?.connection);
  }

  /** Ends an item stream; unknown ids are ignored. */
  closeStream(streamId: string): void {
    this.daemon.streams.close(String(streamId));
  }
}
