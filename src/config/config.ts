import { type Environment, EnvironmentState, processEnvironment } from "../base/environment.ts";
import { PyroError } from "../base/errors.ts";
import { type Config, ITEMS, type Item, WITHOUT_EFFECT } from "./items.ts";
import { nearestName } from "./spelling.ts";

export type { Config } from "./items.ts";

type Variables = Environment["variables"];
type Values = Readonly<Record<string, unknown>>;

const PREFIX = "PYRO_";
/** Its field here, by an item's name there. */
const FIELDS: ReadonlyMap<string, string> = new Map(Object.entries(ITEMS).map(([field, { name }]) => [name, field]));

/** An item, whatever its values are. */
function itemOf(field: string | undefined): Item<unknown> | undefined {
  const all = ITEMS as unknown as Readonly<Record<string, Item<unknown>>>;
  return field !== undefined && Object.hasOwn(all, field) ? all[field] : undefined;
}

function invalidConfig(text: string): PyroError {
  return new PyroError(text, { code: "PYRO_CONFIG" });
}

function unknownVariable(variable: string): PyroError {
  const known = [...FIELDS.keys(), ...Object.keys(WITHOUT_EFFECT)];
  const meant = PREFIX + nearestName(variable.slice(PREFIX.length), known);
  return invalidConfig(`${variable}: unknown configuration item; did you mean ${meant}?`);
}

/** The values of the PYRO_ variables, by field. */
function fromVariables(env: Variables): Values {
  const values: Record<string, unknown> = {};
  for (const variable in env) {
    if (!variable.startsWith(PREFIX)) continue;
    const given = env[variable];
    const name = variable.slice(PREFIX.length);
    const field = FIELDS.get(name);
    const item = itemOf(field);
    if (item === undefined && !Object.hasOwn(WITHOUT_EFFECT, name)) throw unknownVariable(variable);
    if (item === undefined || field === undefined || given === undefined || given === "") continue;
    const value = item.kind.validate(item.kind.fromText(given));
    if (value === undefined) throw invalidConfig(`${variable}=${given}: ${item.kind.expected}`);
    values[field] = value;
  }
  return values;
}

const defaults: Values = Object.fromEntries(
  Object.entries(ITEMS).map(([field, { defaultValue }]) => [field, defaultValue]),
);

/**
 * Reads Pyro's configuration items from variables: names and meanings are Python's. An empty variable is ignored.
 *
 * @throws {PyroError} code PYRO_CONFIG, for an invalid value, and for an unknown item, with the most similar known one.
 */
export function readConfig(variables: Variables): Config {
  return new Configuration(variables).current;
}

/** The configuration of one process. */
export class Configuration {
  /** A new object after each change, so that what is made from it can be kept for as long as it is the same. */
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
      const item = itemOf(field);
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
 * The configuration of the process that an environment stands for. Its variables are read when this is first called.
 *
 * @throws {PyroError} code PYRO_CONFIG, for an invalid variable.
 */
export function configurationOf(environment: Environment): Configuration {
  return configurations.of(environment);
}

/**
 * Sets configuration items from the program, for proxies and daemons that are made from now on. They take precedence over
 * variables. Items that are left out or undefined stay as they are. All values are checked before any is set.
 *
 *     configure({ commTimeoutMs: 2_000, compression: true });
 *
 * @throws {PyroError} code PYRO_CONFIG, for an unknown item or an invalid value.
 */
export function configure(settings: Partial<Config>): void {
  configurationOf(processEnvironment).configure(settings);
}

/**
 * Where an item's value is from, by Python's name: `configSource("COMMTIMEOUT")`.
 *
 * @throws {PyroError} code PYRO_CONFIG, for an unknown item, and for one that has no effect here.
 */
export function configSource(name: string): "default" | "environment" | "option" {
  return configurationOf(processEnvironment).source(name);
}

// Read when the program starts: with a mistyped variable it ends at once, and not at its first call.
configurationOf(processEnvironment);
