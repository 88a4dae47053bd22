import { toMaestroError } from "../base/errors.ts";
import { nearestOf } from "../base/nearest.ts";
import type { RecordTransaction } from "../contracts/record.ts";
import { type Command, COMMAND_VERBS, type CommandAnswer, type CommandVerb } from "../model/command.ts";
import type { Event } from "../model/events/index.ts";
import type { ServiceMode } from "../model/events/service.ts";
import type { Lane } from "../model/lane.ts";
import { reason, type Reason } from "../model/verdict.ts";
import type { Board } from "./board.ts";
import { planUnpark } from "../policy/index.ts";
import type { OrchestratorParts } from "./ports.ts";
import { writePlan } from "./steps.ts";

/** What a command may make the loop do besides what it writes. */
export interface CommandEffects {
  poll: () => void;
  stop: (why: string) => void;
}

interface Writing {
  readonly parts: OrchestratorParts;
  readonly board: Board;
  readonly command: Command;
  readonly tx: RecordTransaction;
}

/** Carries out every open command once: its effect and its answer are one transaction. */
export async function answerCommands(parts: OrchestratorParts, board: Board, effects: CommandEffects): Promise<void> {
  for (const command of await parts.record.views.openCommands()) {
    const answer = await answerOnce(parts, board, command);
    parts.log.info("command answered", { verb: command.verb, actor: command.actor, ok: answer.ok, code: answer.code });
    if (answer.ok && (command.verb === "refresh" || command.verb === "resume")) effects.poll();
    if (answer.ok && command.verb === "stop") effects.stop(`asked by ${command.actor}`);
  }
}

/** A command that cannot be carried out is answered so too: it must not come back for ever. Only trouble with the record itself is thrown. */
async function answerOnce(parts: OrchestratorParts, board: Board, command: Command): Promise<CommandAnswer> {
  const answer = (work: (tx: RecordTransaction) => Promise<Reason & { readonly ok: boolean }>) =>
    parts.record.transact(async (tx) => {
      const { ok, code, sentence } = await work(tx);
      const given: CommandAnswer = { ok, code, sentence, at: parts.clock.now() };
      const { id, verb, actor } = command;
      await append(tx, command, null, { type: "command_answered", data: { id, verb, actor, answer: given } });
      return given;
    });
  try {
    return await answer((tx) => carryOutCommand({ parts, board, command, tx }));
  } catch (error) {
    const { code, message } = toMaestroError(error);
    parts.log.error("a command could not be carried out", { verb: command.verb, code, error: message });
    return answer(async () => ({ ok: false, ...reason(code, message) }));
  }
}

async function carryOutCommand(writing: Writing): Promise<Reason & { readonly ok: boolean }> {
  const verb = COMMAND_VERBS.find((known) => known === writing.command.verb);
  if (verb === undefined) {
    const nearest = nearestOf(writing.command.verb, COMMAND_VERBS);
    const hint = nearest === undefined ? `Known: ${COMMAND_VERBS.join(", ")}.` : `Did you mean "${nearest}"?`;
    return { ok: false, ...reason("unknown_command", `Nothing is called "${writing.command.verb}". ${hint}`) };
  }
  const carryOut = verbs[verb];
  if (carryOut === undefined) return { ok: false, ...reason("unknown_command", `"${verb}" is not carried out yet.`) };
  return carryOut(writing);
}

const verbs: Partial<Record<CommandVerb, (writing: Writing) => Promise<Reason & { readonly ok: boolean }>>> = {
  pause: (writing) => changeMode(writing, "paused", "Nothing new is started; what runs goes on."),
  resume: (writing) => changeMode(writing, "running", "Issues are started again."),
  drain: (writing) => changeMode(writing, "draining", "Nothing new is started; the service ends after the last run."),
  stop: async () => ({
    ok: true,
    ...reason("stopping", "The service stops; what runs is interrupted and goes on at the next start."),
  }),
  refresh: async () => ({ ok: true, ...reason("queued", "Tracker and forge are looked at now.") }),
  unpark: (writing) => onLane(writing, unpark),
  retry: (writing) => onLane(writing, retryNow),
};

async function changeMode(writing: Writing, mode: ServiceMode, sentence: string) {
  if (writing.board.mode === mode) return { ok: true, ...reason("already", `The service is ${mode} already.`) };
  const event: Event = { type: "service_mode_changed", data: { mode, actor: writing.command.actor } };
  await append(writing.tx, writing.command, null, event);
  return { ok: true, ...reason(mode, sentence) };
}

async function onLane(
  writing: Writing,
  act: (writing: Writing, lane: Lane) => Promise<Reason & { readonly ok: boolean }>,
) {
  const wanted = writing.command.arguments.issue;
  const lane = [...writing.board.lanes.values()].find(
    (open) => open.issue.identifier === wanted || open.issue.id === wanted,
  );
  if (lane !== undefined) return act(writing, lane);
  return { ok: false, ...reason("unknown_issue", `No open lane belongs to "${String(wanted)}".`) };
}

async function unpark(writing: Writing, lane: Lane) {
  if (lane.parked === null) return { ok: true, ...reason("already", `${lane.issue.identifier} is not parked.`) };
  await write(writing, lane, "unparked");
  return { ok: true, ...reason("unparked", `${lane.issue.identifier} is started again when its turn comes.`) };
}

async function retryNow(writing: Writing, lane: Lane) {
  if (lane.work !== null)
    return { ok: false, ...reason("has_work", `${lane.issue.identifier} has work that has not ended.`) };
  if (lane.parked !== null) await write(writing, lane, "retried");
  const why = reason("retried", `${writing.command.actor} asked for it.`);
  if (lane.retry !== null)
    await append(writing.tx, writing.command, lane, { type: "retry_cleared", data: { reason: why } });
  return { ok: true, ...reason("retried", `${lane.issue.identifier} is due now.`) };
}

/** A person takes a parked lane up again: as policy plans it, in the transaction of the command. Nobody has looked at the issue for it. */
async function write({ parts, board, command, tx }: Writing, lane: Lane, code: string): Promise<void> {
  const workflow = parts.workflows.current();
  const now = parts.clock.now();
  const openOutbox = board.outboxOf(lane.id);
  const facts = { workflow, lane, issue: undefined, change: undefined, openOutbox, now };
  const plan = planUnpark(facts, reason(code, `${command.actor} asked for it.`));
  await writePlan(parts, tx, plan, {
    lane,
    issue: lane.issue,
    workflow,
    resume: null,
    openOutbox,
    now,
    actor: command.actor,
  });
}

async function append(tx: RecordTransaction, command: Command, lane: Lane | null, event: Event): Promise<void> {
  await tx.append([{ workflowId: command.workflowId, laneId: lane?.id ?? null, run: null, fence: null, event }]);
}
