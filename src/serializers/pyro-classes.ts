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
