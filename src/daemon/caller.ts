import { ConnectionClosedError } from "../base/errors.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import type { ConnectionInfo, Resource, TlsInfo } from "../diagnostics/call-context.ts";
import { asError, isThenable } from "./error-replies.ts";

/** Aborted when the caller disconnects. */
interface Watcher {
  abort(reason: Error): void;
}

/** A client as methods and hooks see it, with the resources that are closed when it disconnects. */
export class Caller implements ConnectionInfo {
  readonly address: string;
  readonly tls: TlsInfo | undefined;
  pyroVersion: PyroVersion | undefined = undefined;
  // Created on first use: few connections have any of these.
  #data: Map<unknown, unknown> | undefined = undefined;
  #resources: Set<Resource> | undefined = undefined;
  #watchers: Set<Watcher> | undefined = undefined;
  #disconnected = false;
  readonly #report: (error: Error, client: string) => void;

  constructor(address: string, tls: TlsInfo | undefined, report: (error: Error, client: string) => void) {
    this.address = address;
    this.tls = tls;
    this.#report = report;
  }

  get data(): Map<unknown, unknown> {
    this.#data ??= new Map();
    return this.#data;
  }

  track(resource: Resource): void {
    if (this.#disconnected) return this.#close(resource);
    this.#resources ??= new Set();
    this.#resources.add(resource);
  }

  untrack(resource: Resource): void {
    this.#resources?.delete(resource);
  }

  /** Aborts `watcher` when the caller disconnects, or at once if it already has. */
  watch(watcher: Watcher): void {
    if (this.#disconnected) return watcher.abort(this.#reason());
    this.#watchers ??= new Set();
    this.#watchers.add(watcher);
  }

  unwatch(watcher: Watcher): void {
    this.#watchers?.delete(watcher);
  }

  /** Called when the connection is closed. */
  depart(): void {
    this.#disconnected = true;
    const [watchers, resources] = [this.#watchers, this.#resources];
    this.#watchers = undefined;
    this.#resources = undefined;
    for (const watcher of watchers ?? []) watcher.abort(this.#reason());
    for (const resource of resources ?? []) this.#close(resource);
  }

  #reason(): Error {
    return new ConnectionClosedError(`the caller ${this.address} disconnected`);
  }

  #close(resource: Resource): void {
    const failed = (error: unknown): void => this.#report(asError(error), this.address);
    try {
      const closing = closeResource(resource);
      if (isThenable(closing)) closing.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }
}

function closeResource(resource: Resource): unknown {
  if ("close" in resource) return resource.close();
  return Symbol.dispose in resource ? resource[Symbol.dispose]() : resource[Symbol.asyncDispose]();
}
