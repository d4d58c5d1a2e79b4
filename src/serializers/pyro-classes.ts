/** Received in place of a daemon. Like Pyro's, it has no function. */
export class DaemonStandIn {
  readonly kind = "daemon";
}

/** The exception that ended a batch; it is the last of the batch's results. */
export class BatchException {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}
