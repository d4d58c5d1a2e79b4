import { PyroError } from "./errors.ts";
import { SERIALIZERS, type SerializerName } from "./serializer-names.ts";

/** Pyro's configuration items that mean something here so far (`docs/protocol.md`, section 16). */
export interface Config {
  readonly host: string;
  readonly nsHost: string;
  readonly nsPort: number;
  readonly natHost: string | undefined;
  readonly natPort: number | undefined;
  /** Milliseconds; PYRO_COMMTIMEOUT is in seconds. 0: none. */
  readonly commTimeoutMs: number;
  readonly serializer: SerializerName;
  readonly serpentBytesRepr: boolean;
  readonly compression: boolean;
  /** Bytes. */
  readonly maxMessageSize: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

function refuse(name: string, value: string, wanted: string): PyroError {
  return new PyroError(`PYRO_${name}=${value}: ${wanted}`, { code: "PYRO_CONFIG" });
}

function integer(env: Environment, name: string, lowest: number, highest: number): number | undefined {
  const value = env[`PYRO_${name}`];
  if (value === undefined || value === "") return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < lowest || number > highest) {
    throw refuse(name, value, `must be a whole number from ${lowest} to ${highest}`);
  }
  return number;
}

function seconds(env: Environment, name: string): number | undefined {
  const value = env[`PYRO_${name}`];
  if (value === undefined || value === "") return undefined;
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) throw refuse(name, value, "must be seconds, 0 or more");
  return number * 1_000;
}

function flag(env: Environment, name: string): boolean | undefined {
  const value = env[`PYRO_${name}`]?.toLowerCase();
  if (value === undefined || value === "") return undefined;
  if (["1", "yes", "on", "true"].includes(value)) return true;
  if (["0", "no", "off", "false"].includes(value)) return false;
  throw refuse(name, value, "must be one of 1, yes, on, true, 0, no, off, false");
}

function serializer(env: Environment): Config["serializer"] {
  const value = env["PYRO_SERIALIZER"] || "serpent";
  const known = SERIALIZERS.find((one) => one === value);
  if (known === undefined) throw refuse("SERIALIZER", value, `must be one of ${SERIALIZERS.join(", ")}`);
  return known;
}

/**
 * Reads Pyro's settings from an environment: the names and meanings are Python's.
 *
 * @throws {PyroError} code PYRO_CONFIG, naming the variable, for a value that is none.
 */
export function readConfig(env: Environment): Config {
  const text = (name: string): string | undefined => env[`PYRO_${name}`] || undefined;
  const largest = integer(env, "MAX_MESSAGE_SIZE", 0, Number.MAX_SAFE_INTEGER) ?? 1 << 30;
  return {
    host: text("HOST") ?? "localhost",
    nsHost: text("NS_HOST") ?? "localhost",
    nsPort: integer(env, "NS_PORT", 1, 65_535) ?? 9090,
    natHost: text("NATHOST"),
    natPort: integer(env, "NATPORT", 0, 65_535),
    commTimeoutMs: seconds(env, "COMMTIMEOUT") ?? 0,
    serializer: serializer(env),
    serpentBytesRepr: flag(env, "SERPENT_BYTES_REPR") ?? false,
    compression: flag(env, "COMPRESSION") ?? false,
    maxMessageSize: largest === 0 ? Number.MAX_SAFE_INTEGER : largest,
  };
}

/** This process's settings, read once. */
export const config: Config = readConfig(process.env);
