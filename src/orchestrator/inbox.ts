import { toMaestroError } from "../base/errors.ts";
import { nearestOf } from "../base/nearest.ts";
import type { RecordTransaction } from "../contracts/record.ts";
import {
  type AnswerVerb,
  type Command,
  COMMAND_VERBS,
  type CommandAnswer,
  type CommandVerb,
  type LaneVerb,
} from "../model/command.ts";
import type { Event } from "../model/events/index.ts";
import type { ServiceMode } from "../model/events/service.ts";
import { reason } from "../model/verdict.ts";
import type { Board } from "./board.ts";
import { answerRequest, isAnswerVerb } from "./approvals.ts";
import { carryOutRecovery } from "./recover-command.ts";
import { tellSession } from "./lane-orders.ts";
import { carryOutOnLane, isLaneVerb } from "./lane-commands.ts";
import type { Answered, Writing } from "./on-lane.ts";
import type { OrchestratorParts } from "./ports.ts";

/** What a command may make the loop do besides what it writes. */
export interface CommandEffects {
  poll: () => void;
  stop: (why: string) => void;
}

/** Carries out every open command once: its effect and its answer are one transaction. */
export async function answerCommands(parts: OrchestratorParts, board: Board, effects: CommandEffects): Promise<void> {
  for (const command of await parts.record.views.openCommands()) {
    const told = command.verb === "steer" ? await tellSession(parts, board, command) : null;
    const recovered = command.verb === "recover" ? await carryOutRecovery(parts, command) : null;
    const answer = await answerOnce(parts, board, command, { told, recovered });
    parts.log.info("command answered", { verb: command.verb, actor: command.actor, ok: answer.ok, code: answer.code });
    if (answer.ok && (command.verb === "refresh" || command.verb === "resume")) effects.poll();
    if (answer.ok && command.verb === "stop") effects.stop(`asked by ${command.actor}`);
  }
}

/** A command that cannot be carried out is answered so too: it must not come back for ever. Only trouble with the record itself is thrown. */
async function answerOnce(
  parts: OrchestratorParts,
  board: Board,
  command: Command,
  before: Pick<Writing, "told" | "recovered">,
): Promise<CommandAnswer> {
  const answer = (work: (tx: RecordTransaction) => Promise<Answered>) =>
    parts.record.transact(async (tx) => {
      const { ok, code, sentence, follow, details } = await work(tx);
      const more = details === undefined ? {} : { details };
      const given: CommandAnswer = { ok, code, sentence, ...more, at: parts.clock.now() };
      const { id, verb, actor } = command;
      await append(tx, command, { type: "command_answered", data: { id, verb, actor, answer: given } });
      return { given, follow };
    });
  const { given, follow } = await answer((tx) => carryOutCommand({ parts, board, command, tx, ...before })).catch(
    (error: unknown) => {
      const { code, message } = toMaestroError(error);
      parts.log.error("a command could not be carried out", { verb: command.verb, code, error: message });
      return answer(async () => ({ ok: false, ...reason(code, message) }));
    },
  );
  await follow?.();
  return given;
}

async function carryOutCommand(writing: Writing): Promise<Answered> {
  const verb = COMMAND_VERBS.find((known) => known === writing.command.verb);
  if (verb === undefined) {
    const nearest = nearestOf(writing.command.verb, COMMAND_VERBS);
    const hint = nearest === undefined ? `Known: ${COMMAND_VERBS.join(", ")}.` : `Did you mean "${nearest}"?`;
    return { ok: false, ...reason("unknown_command", `Nothing is called "${writing.command.verb}". ${hint}`) };
  }
  if (isAnswerVerb(verb)) return answerRequest(writing, verb);
  return isLaneVerb(verb) ? carryOutOnLane(writing, verb) : verbs[verb](writing);
}

const verbs: Record<Exclude<CommandVerb, LaneVerb | AnswerVerb>, (writing: Writing) => Promise<Answered>> = {
  pause: (writing) => changeMode(writing, "paused", "Nothing new is started; what runs goes on."),
  resume: (writing) => changeMode(writing, "running", "Issues are started again."),
  drain: (writing) => changeMode(writing, "draining", "Nothing new is started; the service ends after the last run."),
  stop: async () => ({
    ok: true,
    ...reason("stopping", "The service stops; what runs is interrupted and goes on at the next start."),
  }),
  recover: async ({ recovered }) =>
    recovered ?? { ok: false, ...reason("unsupported", "This service cannot look for leftovers.") },
  refresh: async () => ({ ok: true, ...reason("queued", "Tracker and forge are looked at now.") }),
};

async function changeMode(writing: Writing, mode: ServiceMode, sentence: string) {
  if (writing.board.mode === mode) return { ok: true, ...reason("already", `The service is ${mode} already.`) };
  const event: Event = { type: "service_mode_changed", data: { mode, actor: writing.command.actor } };
  await append(writing.tx, writing.command, event);
  return { ok: true, ...reason(mode, sentence) };
}

async function append(tx: RecordTransaction, command: Command, event: Event): Promise<void> {
  await tx.append([{ workflowId: command.workflowId, laneId: null, run: null, fence: null, event }]);
}
