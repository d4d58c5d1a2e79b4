export { configSource } from "../config/config.ts";
export type { Config } from "../config/items.ts";
export { correlationText, newCorrelationId } from "../diagnostics/correlation.ts";
export { type LogEntry, type Logger, type LogLevel, setLogger } from "../diagnostics/log.ts";
export { formatTraceback, installExceptHook } from "../diagnostics/traceback.ts";
