import { type Environment, EnvironmentState, processEnvironment } from "../base/environment.ts";
import { type Configuration, configurationOf } from "../config/config.ts";

/** Python's log levels, as used in PYRO_LOGLEVEL. */
export const LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
/** A level of the log, from DEBUG to CRITICAL. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of the log. */
export interface LogEntry {
  readonly time: Date;
  readonly level: LogLevel;
  /** The part of the library that logs: `pyro.daemon`, `pyro.session`, `pyro.naming`, `pyro.wire`. */
  readonly name: string;
  readonly text: string;
}

/** Receives log entries; see `setLogger`. */
export type Logger = (entry: LogEntry) => void;

/** The log of one process. PYRO_LOGLEVEL decides what is logged; without it nothing is. */
export class Log {
  readonly #environment: Environment;
  readonly #configuration: Configuration;
  #logger: Logger | undefined;
  /** The file that cannot be written: the warning is shown once. */
  #brokenFile: string | undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#configuration = configurationOf(environment);
  }

  /** See `setLogger`. */
  setLogger(logger: Logger | undefined): void {
    this.#logger = logger;
  }

  isLogged(level: LogLevel): boolean {
    const { logLevel } = this.#configuration.current;
    return logLevel !== undefined && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(logLevel);
  }

  /** Logs a line, which is made only if its level is logged. A log that cannot be written shows a warning, once. */
  write(level: LogLevel, name: string, text: () => string): void {
    if (!this.isLogged(level)) return;
    const entry: LogEntry = { time: this.#environment.date(), level, name, text: text() };
    const { logFile } = this.#configuration.current;
    try {
      if (this.#logger !== undefined) this.#logger(entry);
      else if (logFile !== this.#brokenFile) writeLine(entry, logFile);
    } catch (error) {
      if (this.#logger === undefined) this.#brokenFile = logFile;
      this.#logger = undefined;
      process.emitWarning(`cannot write the Pyro log: ${String(error)}`, { code: "PYRO_LOG" });
    }
  }
}

const logs = new EnvironmentState((environment) => new Log(environment));

/** The log of the process that an environment stands for. */
export function logOf(environment: Environment): Log {
  return logs.of(environment);
}

/**
 * Passes log entries to the program's own logger instead of the file that PYRO_LOGFILE names; undefined goes back to the
 * file. PYRO_LOGLEVEL still decides what is logged.
 */
export function setLogger(logger: Logger | undefined): void {
  logOf(processEnvironment).setLogger(logger);
}

/** In Pyro's own form (`Pyro5 5.15, __init__.py`), with the time in UTC. */
function writeLine({ time, level, name, text }: LogEntry, logFile: string): void {
  const line = `[${time.toISOString().replace("T", " ").replace("Z", "")},${name},${level}] ${text}\n`;
  if (logFile === "{stderr}") process.stderr.write(line);
  else process.getBuiltinModule("node:fs").appendFileSync(logFile, line);
}
