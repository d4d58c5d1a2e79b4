import { PyroError } from "../base/errors.ts";
import { type Config, ITEMS, type Item, WITHOUT_EFFECT } from "./items.ts";
import { nearestName } from "./spelling.ts";

export type { Config } from "./items.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type Values = Readonly<Record<string, unknown>>;

const PREFIX = "PYRO_";
/** Its field here, by an item's name there. */
const FIELDS: ReadonlyMap<string, string> = new Map(Object.entries(ITEMS).map(([field, { name }]) => [name, field]));

/** An item, whatever its values are. */
function itemOf(field: string | undefined): Item<unknown> | undefined {
  const all = ITEMS as unknown as Readonly<Record<string, Item<unknown>>>;
  return field !== undefined && Object.hasOwn(all, field) ? all[field] : undefined;
}

function refuse(text: string): PyroError {
  return new PyroError(text, { code: "PYRO_CONFIG" });
}

function unknownVariable(variable: string): PyroError {
  const known = [...FIELDS.keys(), ...Object.keys(WITHOUT_EFFECT)];
  const meant = PREFIX + nearestName(variable.slice(PREFIX.length), known);
  return refuse(`${variable}: Pyro has no such configuration item; the nearest is ${meant}`);
}

/** What the environment says, by field. */
function fromEnvironment(env: Environment): Values {
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
    if (value === undefined) throw refuse(`${variable}=${given}: ${item.kind.expected}`);
    values[field] = value;
  }
  return values;
}

const defaults: Values = Object.fromEntries(
  Object.entries(ITEMS).map(([field, { defaultValue }]) => [field, defaultValue]),
);

/**
 * Reads Pyro's settings from an environment: names and meanings are Python's. An empty variable is none.
 *
 * @throws {PyroError} code PYRO_CONFIG, naming the variable, for a value that is none, and for an item that is none, with
 *   the name that it is most like.
 */
export function readConfig(env: Environment): Config {
  return { ...defaults, ...fromEnvironment(env) } as unknown as Config;
}

const environment = fromEnvironment(process.env);
let options: Values = {};

/** This process's settings: a new object whenever they change. The environment is read once. */
export let config: Config = { ...defaults, ...environment } as unknown as Config;

/**
 * Sets configuration items from the program, which wins over the environment: for proxies and daemons that are made from
 * now on. What is left out, or undefined, stays as it is. All values are judged before any is set.
 *
 *     configure({ commTimeoutMs: 2_000, compression: true });
 *
 * @throws {PyroError} code PYRO_CONFIG, for a value or a name that is none.
 */
export function configure(settings: Partial<Config>): void {
  const values: Record<string, unknown> = {};
  for (const [field, given] of Object.entries(settings)) {
    if (given === undefined) continue;
    const item = itemOf(field);
    if (item === undefined) {
      throw refuse(`configure: there is no ${field}; the nearest is ${nearestName(field, Object.keys(ITEMS))}`);
    }
    const value = item.kind.validate(given);
    if (value === undefined) throw refuse(`configure: ${field}=${String(given)}: ${item.kind.expected}`);
    values[field] = value;
  }
  options = { ...options, ...values };
  config = { ...defaults, ...environment, ...options } as unknown as Config;
}

/**
 * Where an item's value is from, by Python's name: `configSource("COMMTIMEOUT")`.
 *
 * @throws {PyroError} code PYRO_CONFIG, for an item that is none, or means nothing here.
 */
export function configSource(name: string): "default" | "environment" | "option" {
  const field = FIELDS.get(name);
  if (field === undefined) throw unknownVariable(PREFIX + name);
  if (Object.hasOwn(options, field)) return "option";
  return Object.hasOwn(environment, field) ? "environment" : "default";
}
