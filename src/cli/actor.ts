import type { Cli } from "./cli.ts";

/** Who sits at this terminal, for comments and reviews. */
export function personAt(cli: Cli): string {
  const { environment } = cli.terminal;
  return environment.USER || environment.LOGNAME || "somebody";
}
