import { newId } from "../../base/ids.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { CommandInbox } from "../../contracts/record.ts";
import type { CommandAnswer } from "../../model/command.ts";

/** Who asks what. */
export interface Question {
  readonly workflowId: string;
  /** `cli:<user>`, `http`, `tracker:<author>` … */
  readonly actor: string;
  readonly verb: string;
  readonly arguments: JsonObject;
}

/** What asking needs. `nudge` tells a running service to look now; it may fail silently, because the row is on record. */
export interface AskParts {
  readonly inbox: CommandInbox;
  readonly clock: Clock;
  readonly random: Random;
  readonly nudge: () => Promise<boolean>;
}

/** How often the inbox is looked at for an answer, milliseconds. */
const LOOK_MS = 20;

/**
 * Puts a question into the command inbox and waits for its answer, at most `waitMs`. `null`: it is on record and will be carried out when
 * a service runs.
 */
export async function ask(
  parts: AskParts,
  question: Question,
  waitMs: number,
  signal: AbortSignal,
): Promise<CommandAnswer | null> {
  const id = newId(parts.random, "cmd");
  await parts.inbox.ask({ ...question, id, askedAt: parts.clock.now() });
  if (!(await parts.nudge())) return null;
  const deadline = parts.clock.monotonic() + waitMs;
  while (parts.clock.monotonic() < deadline) {
    const answer = await parts.inbox.answer(id);
    if (answer !== null) return answer;
    await parts.clock.sleep(LOOK_MS, signal);
  }
  return null;
}
