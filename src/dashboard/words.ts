import type { StatusDocument } from "../model/documents/status.ts";
import type { LaneStage } from "../model/lane.ts";

/** How a thing is coloured and which sign it has. */
export type Tone = "running" | "person" | "waiting" | "retry" | "parked" | "done" | "failed" | "canceled";

/** Where an issue stands, as the page calls it. */
export type Stage = LaneStage | "candidate" | "parked";

const STAGES: Readonly<Record<Stage, readonly [label: string, tone: Tone]>> = {
  candidate: ["Waiting", "waiting"],
  working: ["Working", "running"],
  validating: ["Checking", "running"],
  handing_off: ["Handing over", "running"],
  review_wait: ["In review", "waiting"],
  review_repair: ["Repairing", "running"],
  ready_to_land: ["Ready to land", "running"],
  landing: ["Landing", "running"],
  closeout: ["Closing", "running"],
  cleanup: ["Cleaning up", "running"],
  released: ["Released", "waiting"],
  closed: ["Finished", "done"],
  parked: ["Parked", "parked"],
};

/** A stage in a word or two. */
export function stageLabel(stage: Stage): string {
  return STAGES[stage]?.[0] ?? sentenceCase(stage);
}

/** How a lane in this stage is shown. `isMoving`: something is under way; `needsPerson`: somebody has the next word. */
export function stageTone(stage: Stage, facts: { readonly isMoving: boolean; readonly needsPerson: boolean }): Tone {
  if (facts.needsPerson) return stage === "parked" ? "parked" : "person";
  const tone = STAGES[stage]?.[1] ?? "waiting";
  return tone === "running" && !facts.isMoving ? "waiting" : tone;
}

const RUN_TONES: Readonly<Record<string, Tone>> = {
  running: "running",
  succeeded: "done",
  failed: "failed",
  lost: "failed",
  canceled: "canceled",
};

/** How the end of a run is shown. */
export function runTone(status: string): Tone {
  return RUN_TONES[status] ?? "waiting";
}

const PHASES: Readonly<Record<string, string>> = {
  queued: "Queued",
  claimed: "Starting",
  preparing_workspace: "Preparing",
  building_prompt: "Preparing",
  launching_agent: "Starting",
  initializing_session: "Starting",
  streaming_turn: "Working",
  finishing: "Finishing",
};

/** What a run is doing, in a word. */
export function phaseLabel(phase: string): string {
  return PHASES[phase] ?? sentenceCase(phase);
}

const DOING: Readonly<Record<string, string>> = {
  run: "The agent is about to begin.",
  validate: "The declared checks run on a clean checkout.",
  land: "The change is being merged.",
  clean: "The workspace is being removed.",
};

/** What is under way, for want of news. */
export function doing(kind: string): string {
  return DOING[kind] ?? "";
}

const WORK: Readonly<Record<string, string>> = {
  run: "Run",
  validate: "Checks of run",
  land: "Landing after run",
  clean: "Clean-up after run",
};

/** A piece of work with its number, e.g. `Run 2`. */
export function workLabel(kind: string, run: number): string {
  return `${WORK[kind] ?? sentenceCase(kind)} ${run}`;
}

/** `streaming_turn` → `Streaming turn`. */
export function sentenceCase(word: string): string {
  const text = word.replaceAll("_", " ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** `1 file`, `2 files`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** What was spent, behind the tokens: `, $1.20`; `+` when nobody knows the price of some. Empty while nothing is known. */
export function costWords({ spent }: Pick<StatusDocument, "spent">): string {
  if (spent?.cost_usd == null || spent.cost_usd === 0) return "";
  return `, $${spent.cost_usd.toFixed(2)}${spent.unpriced_tokens > 0 ? "+" : ""}`;
}
