import type { URI } from "../uri.ts";

/** A proxy as it travels: what the other side needs to make one of its own. */
export class ProxyState {
  readonly uri: URI;
  readonly methods: ReadonlySet<string>;
  readonly oneway: ReadonlySet<string>;
  readonly attrs: ReadonlySet<string>;
  /** Pyro's default is "hello". */
  readonly handshake: unknown;
  /** The serializer that the sender chose for it, or null. */
  readonly serializer: string | null;

  constructor(fields: ProxyState) {
    this.uri = fields.uri;
    this.methods = fields.methods;
    this.oneway = fields.oneway;
    this.attrs = fields.attrs;
    this.handshake = fields.handshake;
    this.serializer = fields.serializer;
  }
}

/** What arrives when somebody sent a daemon: Pyro lets it through as an unusable stand-in. */
export class DaemonStandIn {
  readonly kind = "daemon";
}

/** The exception that ended a batch, in its place among the results. */
export class BatchException {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}
