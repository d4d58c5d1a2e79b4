import type { PyroVersion } from "../base/pyro-version.ts";
import type { Dialect } from "./dialect.ts";
import { pyro4 } from "./pyro4.ts";
import { pyro5 } from "./pyro5.ts";

/** The dialect of a protocol number; undefined if the number is unknown. */
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

const DIALECTS: Readonly<Record<PyroVersion, Dialect>> = { 4: pyro4, 5: pyro5 };

export function dialectOf(version: PyroVersion): Dialect {
  return DIALECTS[version];
}

/** The other version, to try if a server does not support this one. */
export function otherDialect(dialect: Dialect): Dialect {
  return dialect === pyro5 ? pyro4 : pyro5;
}
