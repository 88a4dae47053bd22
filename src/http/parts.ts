import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { CommandAnswer } from "../model/command.ts";
import type { StatusDocument } from "../model/documents/status.ts";

/** What the server shows, and the one way in. */
export interface HttpParts {
  /** 0 takes any free one (S-245). */
  readonly port: number;
  /** Default 127.0.0.1; any other is the operator's decision. */
  readonly host: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly status: () => Promise<StatusDocument>;
  /** Puts a command into the inbox; `null` while it has no answer. */
  readonly ask: (verb: string) => Promise<CommandAnswer | null>;
}
