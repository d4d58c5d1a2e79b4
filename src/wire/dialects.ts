import type { Dialect } from "./dialect.ts";
import { pyro4 } from "./pyro4.ts";
import { pyro5 } from "./pyro5.ts";

export { pyro4, pyro5 };

/** The dialect of a protocol number, or undefined for one that nobody speaks. */
export function dialectOfProtocol(protocol: number): Dialect | undefined {
  switch (protocol) {
    case pyro4.protocol:
      return pyro4;
    case pyro5.protocol:
      return pyro5;
    default:
      return undefined;
  }
}

/** Pyro4's dialect or Pyro5's. */
export function dialectOf(version: 4 | 5): Dialect {
  return version === 4 ? pyro4 : pyro5;
}
