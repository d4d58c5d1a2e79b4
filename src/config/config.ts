import { type Environment, EnvironmentState, processEnvironment } from "../base/environment.ts";
import { PyroError } from "../base/errors.ts";
import { type Config, ITEMS, type Item, WITHOUT_EFFECT } from "./items.ts";
import { nearestName } from "./spelling.ts";

type Variables = Environment["variables"];
type Values = Readonly<Record<string, unknown>>;

const PREFIX = "PYRO_";
/** Maps an item's Python name to its field in `Config`. */
const FIELDS: ReadonlyMap<string, string> = new Map(Object.entries(ITEMS).map(([field, { name }]) => [name, field]));

/** The item of a field; undefined if the field is unknown. */
function findItem(field: string | undefined): Item<unknown> | undefined {
  const all = ITEMS as unknown as Readonly<Record<string, Item<unknown>>>;
  return field !== undefined && Object.hasOwn(all, field) ? all[field] : undefined;
}

function invalidConfig(text: string): PyroError {
  return new PyroError(text, { code: "PYRO_CONFIG" });
}

function unknownVariable(variable: string): PyroError {
  const known = [...FIELDS.keys(), ...Object.keys(WITHOUT_EFFECT)];
  const nearest = PREFIX + nearestName(variable.slice(PREFIX.length), known);
  return invalidConfig(`${variable}: unknown configuration item; did you mean ${nearest}?`);
}

/** The values of the PYRO_ variables, by field. */
function fromVariables(env: Variables): Values {
  const values: Record<string, unknown> = {};
  for (const variable in env) {
    if (!variable.startsWith(PREFIX)) continue;
    const text = env[variable];
    const name = variable.slice(PREFIX.length);
    const field = FIELDS.get(name);
    const item = findItem(field);
    if (item === undefined && !Object.hasOwn(WITHOUT_EFFECT, name)) throw unknownVariable(variable);
    if (item === undefined || field === undefined || text === undefined || text === "") continue;
    const value = item.kind.validate(item.kind.fromText(text));
    if (value === undefined) throw invalidConfig(`${variable}=${text}: ${item.kind.expected}`);
    values[field] = value;
  }
  return values;
}

const defaults: Values = Object.fromEntries(
  Object.entries(ITEMS).map(([field, { defaultValue }]) => [field, defaultValue]),
);

/**
 * Reads Pyro's configuration items from variables, with the names and meanings of Python's Pyro. Empty variables are
 * ignored.
 *
 * @throws {PyroError} code PYRO_CONFIG, for an invalid value, and for an unknown item, with the most similar known one.
 */
export function readConfig(variables: Variables): Config {
  return new Configuration(variables).current;
}

/** The configuration of one process. */
export class Configuration {
  /** Replaced by a new object on each change, so that values derived from it can be cached by identity. */
  current: Config;
  readonly #fromVariables: Values;
  #fromProgram: Values = {};

  constructor(variables: Variables) {
    this.#fromVariables = fromVariables(variables);
    this.current = { ...defaults, ...this.#fromVariables } as unknown as Config;
  }

  /** See `configure`. */
  configure(settings: Partial<Config>): void {
    const values: Record<string, unknown> = {};
    for (const [field, provided] of Object.entries(settings)) {
      if (provided === undefined) continue;
      const item = findItem(field);
      if (item === undefined) {
        const nearest = nearestName(field, Object.keys(ITEMS));
        throw invalidConfig(`configure: unknown configuration item ${field}; did you mean ${nearest}?`);
      }
      const value = item.kind.validate(provided);
      if (value === undefined) throw invalidConfig(`configure: ${field}=${String(provided)}: ${item.kind.expected}`);
      values[field] = value;
    }
    this.#fromProgram = { ...this.#fromProgram, ...values };
    this.current = { ...defaults, ...this.#fromVariables, ...this.#fromProgram } as unknown as Config;
  }

  /** See `configSource`. */
  source(name: string): "default" | "environment" | "option" {
    const field = FIELDS.get(name);
    if (field === undefined) throw unknownVariable(PREFIX + name);
    if (Object.hasOwn(this.#fromProgram, field)) return "option";
    return Object.hasOwn(this.#fromVariables, field) ? "environment" : "default";
  }
}

const configurations = new EnvironmentState((environment) => new Configuration(environment.variables));

/**
 * The configuration of an environment. Its variables are read on the first call.
 *
 * @throws {PyroError} code PYRO_CONFIG, for an invalid variable.
 */
export function configurationOf(environment: Environment): Configuration {
  return configurations.of(environment);
}

/**
 * Sets configuration items, for proxies and daemons that are created later. They take precedence over environment
 * variables. Items that are omitted or undefined do not change. All values are checked before any is set.
 *
 *     configure({ commTimeoutMs: 2_000, compression: true });
 *
 * @throws {PyroError} code PYRO_CONFIG, for an unknown item or an invalid value.
 */
export function configure(settings: Partial<Config>): void {
  configurationOf(processEnvironment).configure(settings);
}

/**
 * Returns the source of an item's value, by its Python name: `configSource("COMMTIMEOUT")`.
 *
 * @throws {PyroError} code PYRO_CONFIG, for an unknown item, and for an item without effect in this library.
 */
export function configSource(name: string): "default" | "environment" | "option" {
  return configurationOf(processEnvironment).source(name);
}

// Read at start, so that a program with an invalid variable fails immediately, and not at its first call.
configurationOf(processEnvironment);
