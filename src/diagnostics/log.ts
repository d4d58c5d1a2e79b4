import { config } from "../config/config.ts";

/** Python's log levels, as used in PYRO_LOGLEVEL. */
export const LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogEntry {
  readonly time: Date;
  readonly level: LogLevel;
  /** The part of the library that logs: `pyro.daemon`, `pyro.session`, `pyro.naming`, `pyro.wire`. */
  readonly name: string;
  readonly text: string;
}

let customLogger: ((entry: LogEntry) => void) | undefined;
/** The log file that could not be written. It is not tried again. */
let failedFile: string | undefined;

/**
 * Sends log entries to `logger` instead of the file in PYRO_LOGFILE; undefined restores the file. PYRO_LOGLEVEL still
 * sets the minimum level. Without it, nothing is logged.
 */
export function setLogger(logger: ((entry: LogEntry) => void) | undefined): void {
  customLogger = logger;
}

/** Whether entries of this level are logged. */
export function isLogged(level: LogLevel): boolean {
  const { logLevel } = config;
  return logLevel !== undefined && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(logLevel);
}

/** Logs a line. `text` is called only if the level is enabled. If writing fails, the process gets a warning. */
export function log(level: LogLevel, name: string, text: () => string): void {
  if (!isLogged(level)) return;
  const entry: LogEntry = { time: new Date(), level, name, text: text() };
  try {
    if (customLogger !== undefined) customLogger(entry);
    else if (config.logFile !== failedFile) write(entry);
  } catch (error) {
    if (customLogger === undefined) failedFile = config.logFile;
    customLogger = undefined;
    process.emitWarning(`cannot write the Pyro log: ${String(error)}`, { code: "PYRO_LOG" });
  }
}

/** Writes Pyro's log format (`Pyro5 5.15, __init__.py`), except that the time is UTC. */
function write({ time, level, name, text }: LogEntry): void {
  const line = `[${time.toISOString().replace("T", " ").replace("Z", "")},${name},${level}] ${text}\n`;
  if (config.logFile === "{stderr}") process.stderr.write(line);
  else process.getBuiltinModule("node:fs").appendFileSync(config.logFile, line);
}
