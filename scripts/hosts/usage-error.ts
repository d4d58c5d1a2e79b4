/** A command that is none. */
export class UsageError extends Error {}
