import { ABANDON_TARGETS } from "../model/asked.ts";
import type { Command, LaneVerb } from "../model/command.ts";
import type { Event } from "../model/events/index.ts";
import { reason } from "../model/verdict.ts";
import { gateFacts, headToReview, judgeGate, judgeVerb, stateToLeaveIn } from "../policy/index.ts";
import type { Board } from "./board.ts";
import { type Answered, nameOf, type OnLane, textOf } from "./on-lane.ts";
import type { OrchestratorParts } from "./ports.ts";

type Order = Extract<LaneVerb, "pause_lane" | "resume_lane" | "steer" | "land" | "abandon">;

/** What people order of a lane. Each is one event; what follows from it is decided like everything else about the lane. */
export const ORDERS: Readonly<Record<Order, (on: OnLane) => Promise<Answered>>> = {
  pause_lane: async (on) => {
    const { actor } = on.command;
    await append(on, { type: "lane_paused", data: { actor, words: wordsOf(on) } });
    const rest = on.lane.work === null ? "" : " What runs goes on to its end.";
    return { ok: true, ...reason("lane_paused", `${nameOf(on)} is paused until somebody resumes it.${rest}`) };
  },
  resume_lane: async (on) => {
    await append(on, { type: "lane_resumed", data: { actor: on.command.actor } });
    const { parked } = on.lane;
    const rest = parked === null ? "goes on from where it stood." : `is still parked: ${parked.sentence}`;
    return { ok: true, ...reason("resumed", `${nameOf(on)} ${rest}`) };
  },
  steer: async (on) => {
    const text = wordsOf(on);
    if (text === null) return { ok: false, ...reason("body_missing", "Say what the agent is to know.") };
    const told = on.told ?? null;
    const author = authorOf(on.command);
    await append(on, { type: "lane_steered", data: { author, text, told } });
    return told === null
      ? { ok: true, ...reason("told_next_run", `The next run of ${nameOf(on)} is told; none can be told now.`) }
      : { ok: true, ...reason("told_session", `The running session of ${nameOf(on)} was told (run ${told}).`) };
  },
  land,
  abandon,
};

async function land(on: OnLane): Promise<Answered> {
  const { command, facts, lane } = on;
  const headSha = headToReview(facts, textOf(command, "head"));
  if (typeof headSha !== "string") return { ok: false, ...headSha };
  const landOrder = { actor: command.actor, headSha, at: facts.now };
  const ordered = { ...facts, lane: { ...lane, landOrder } };
  const faults = facts.change == null ? [] : judgeGate("landing", gateFacts(ordered)).faults;
  if (faults.some(({ code }) => code === "approval_guarded")) {
    const sentence = faults.find(({ code }) => code === "approval_guarded")?.sentence ?? "";
    return { ok: false, ...reason("review_needed", `${sentence} An order does not stand for that.`) };
  }
  await append(on, { type: "land_asked", data: { actor: command.actor, headSha } });
  const what = `The change of ${nameOf(on)} at ${headSha.slice(0, 12)}`;
  const missing = faults.map(({ sentence }) => sentence).join(" ");
  return {
    ok: true,
    ...reason("land_asked", missing === "" ? `${what} lands now.` : `${what} lands when: ${missing}`),
  };
}

async function abandon(on: OnLane): Promise<Answered> {
  const { command, facts } = on;
  const wanted = textOf(command, "to") ?? "canceled";
  const to = ABANDON_TARGETS.find((known) => known === wanted);
  if (to === undefined) {
    const sentence = `"${wanted}" is no place to leave an issue in; known: ${ABANDON_TARGETS.join(", ")}.`;
    return { ok: false, ...reason("no_state", sentence) };
  }
  const state = stateToLeaveIn(facts.workflow, to);
  if (state === undefined) {
    return {
      ok: false,
      ...reason("no_state", `The workflow names no state of the category ${to}; use the other one.`),
    };
  }
  await append(on, { type: "lane_abandoned", data: { actor: command.actor, to, state, words: wordsOf(on) } });
  const sentence = `${nameOf(on)} is given up: its change is closed, its work kept and put away, its issue goes to "${state}".`;
  return { ok: true, ...reason("abandoned", sentence) };
}

/** Tells the running session of the lane that a command names. Returns its run; `null` when none could be told. Never rejects. */
export async function tellSession(parts: OrchestratorParts, board: Board, command: Command): Promise<number | null> {
  const wanted = command.arguments.issue;
  const text = textOf(command, "body")?.trim() ?? "";
  const lane = [...board.lanes.values()].find(
    ({ id, issue }) => id === wanted || issue.identifier === wanted || issue.id === wanted,
  );
  const work = lane?.work;
  if (lane === undefined || text === "" || work?.kind !== "run" || work.state !== "leased") return null;
  if (!judgeVerb("steer", { lane }).ok) return null;
  const isTold = await parts.steer?.(work.id, `${authorOf(command)} says:\n\n${text}`);
  return isTold === true ? work.run : null;
}

/** The person's name, without the door that they came through. */
function authorOf({ actor }: Command): string {
  return actor.replace(/^[^:]*:/, "");
}

function wordsOf({ command }: OnLane): string | null {
  const words = textOf(command, "body")?.trim() ?? "";
  return words === "" ? null : words;
}

async function append({ command, tx, lane }: OnLane, event: Event): Promise<void> {
  await tx.append([{ workflowId: command.workflowId, laneId: lane.id, run: null, fence: null, event }]);
}
