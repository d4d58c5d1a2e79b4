/** All that is wrong with hosts.yml, or that keeps a Compose file from being carried over: each names its place and key. */
export class Problems extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "Problems";
    this.problems = problems;
  }
}
