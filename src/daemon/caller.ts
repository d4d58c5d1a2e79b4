import { ConnectionClosedError } from "../base/errors.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import type { ConnectionInfo, Resource, TlsInfo } from "../diagnostics/call-context.ts";
import { asError, isThenable } from "./error-replies.ts";

/** Aborted when the caller is gone. */
interface Watcher {
  abort(reason: Error): void;
}

/** A client, as methods and hooks see it, and what ends with its connection. */
export class Caller implements ConnectionInfo {
  readonly address: string;
  readonly tls: TlsInfo | undefined;
  pyroVersion: PyroVersion | undefined = undefined;
  // Made when they are first used: few connections have any of these.
  #data: Map<unknown, unknown> | undefined = undefined;
  #resources: Set<Resource> | undefined = undefined;
  #watchers: Set<Watcher> | undefined = undefined;
  #gone = false;
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
    if (this.#gone) return this.#close(resource);
    this.#resources ??= new Set();
    this.#resources.add(resource);
  }

  untrack(resource: Resource): void {
    this.#resources?.delete(resource);
  }

  /** Aborts `watcher` when the caller is gone; at once if it is gone already. */
  watch(watcher: Watcher): void {
    if (this.#gone) return watcher.abort(this.#reason());
    this.#watchers ??= new Set();
    this.#watchers.add(watcher);
  }

  unwatch(watcher: Watcher): void {
    this.#watchers?.delete(watcher);
  }

  /** Called when the connection is closed. */
  depart(): void {
    this.#gone = true;
    const [watchers, resources] = [this.#watchers, this.#resources];
    this.#watchers = undefined;
    this.#resources = undefined;
    for (const watcher of watchers ?? []) watcher.abort(this.#reason());
    for (const resource of resources ?? []) this.#close(resource);
  }

  #reason(): Error {
    return new ConnectionClosedError(`the caller, ${this.address}, is gone`);
  }

  #close(resource: Resource): void {
    const failed = (error: unknown): void => this.#report(asError(error), this.address);
    try {
      const closing = closed(resource);
      if (isThenable(closing)) closing.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }
}

function closed(resource: Resource): unknown {
  if ("close" in resource) return resource.close();
  return Symbol.dispose in resource ? resource[Symbol.dispose]() : resource[Symbol.asyncDispose]();
}
