/** How loud a log line is, from the quietest. Apart from the log itself, so that models which name a level run in a browser too. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
