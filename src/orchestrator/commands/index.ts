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
  const { id, heard } = await putQuestion(parts, question);
  return heard ? awaitAnswer(parts, id, waitMs, signal) : null;
}

/** Puts a question on record, durably, and tells the service of it. `heard`: a service runs. */
export async function putQuestion(
  parts: AskParts,
  question: Question,
): Promise<{ readonly id: string; readonly heard: boolean }> {
  const id = newId(parts.random, "cmd");
  await parts.inbox.ask({ ...question, id, askedAt: parts.clock.now() });
  return { id, heard: await parts.nudge() };
}

/** Waits at most `waitMs` for the answer to a question; `null` while there is none. Rejects with `aborted`. */
export async function awaitAnswer(
  { inbox, clock }: Pick<AskParts, "inbox" | "clock">,
  id: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<CommandAnswer | null> {
  const deadline = clock.monotonic() + waitMs;
  while (clock.monotonic() < deadline) {
    const answer = await inbox.answer(id);
    if (answer !== null) return answer;
    await clock.sleep(LOOK_MS, signal);
  }
  return null;
}
