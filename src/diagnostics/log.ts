import { config } from "../config/config.ts";

/** Python's levels, which PYRO_LOGLEVEL names. */
export const LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogEntry {
  readonly time: Date;
  readonly level: LogLevel;
  /** Which part of the library says it: `pyro.daemon`, `pyro.session`, `pyro.naming`, `pyro.wire`. */
  readonly name: string;
  readonly text: string;
}

let own: ((entry: LogEntry) => void) | undefined;
/** The file that could not be written: it is said once. */
let broken: string | undefined;

/**
 * Hands what is logged to the program's own logger, in place of the file that PYRO_LOGFILE names; undefined ends that.
 * PYRO_LOGLEVEL decides still what is logged; without it nothing is.
 */
export function setLogger(logger: ((entry: LogEntry) => void) | undefined): void {
  own = logger;
}

/** Whether anything of that level is logged. */
export function isLogged(level: LogLevel): boolean {
  const { logLevel } = config;
  return logLevel !== undefined && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(logLevel);
}

/** Logs a line, which is put together only if anybody wants it. A log that cannot be written ends nothing. */
export function log(level: LogLevel, name: string, text: () => string): void {
  if (!isLogged(level)) return;
  const entry: LogEntry = { time: new Date(), level, name, text: text() };
  try {
    if (own !== undefined) own(entry);
    else if (config.logFile !== broken) write(entry);
  } catch (error) {
    if (own === undefined) broken = config.logFile;
    own = undefined;
    process.emitWarning(`pyro's log cannot be written: ${String(error)}`, { code: "PYRO_LOG" });
  }
}

/** In Pyro's own form (`Pyro5 5.15, __init__.py`), but for the time, which is UTC. */
function write({ time, level, name, text }: LogEntry): void {
  const line = `[${time.toISOString().replace("T", " ").replace("Z", "")},${name},${level}] ${text}\n`;
  if (config.logFile === "{stderr}") process.stderr.write(line);
  else process.getBuiltinModule("node:fs").appendFileSync(config.logFile, line);
}
