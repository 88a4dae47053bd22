import type { CapacityWindow } from "../capacity.ts";
import { formatDuration } from "../../base/duration.ts";
import { budgetWords } from "../budget.ts";
import type { Evidence } from "../evidence.ts";
import type { EventOf, EventType } from "../events/index.ts";
import type { RunSummary } from "../run-summary.ts";
import type { RunPurpose, WorkOutcome } from "../run.ts";
import type { Reason } from "../verdict.ts";
import type { WorkKind } from "../work.ts";
import type { EventDocument } from "./event.ts";

/** An event in words: the one place that says them, for terminals, pages and programs. */
export interface EventWords {
  /** A sentence that begins in lower case and may go on after a name; without a full stop of its own. */
  readonly words: string;
  readonly weight: EventDocument["weight"];
}

type DataOf = { readonly [Type in EventType]: EventOf<Type>["data"] };
type AnyEvent<Type extends EventType = EventType> = {
  readonly [Each in Type]: { readonly type: Each; readonly data: DataOf[Each] };
}[Type];
/** What is said of each event; a type that is missing here does not compile. `at` is when it happened, epoch milliseconds. */
type Dictionary = { readonly [Type in EventType]: (data: DataOf[Type], at: number) => EventWords };

/** An event in words. One of a newer Maestro or a plugin is named by its type. */
export function eventWords<Type extends EventType>(event: AnyEvent<Type>, at: number): EventWords {
  const say: Dictionary[Type] | undefined = DICTIONARY[event.type];
  return say === undefined ? detail(plain(event.type)) : say(event.data, at);
}

const SERVICE = {
  service_started: ({ version, pid }) => milestone(`the service started (version ${version}, process ${pid})`),
  service_stopped: ({ reason }) => milestone(`the service stopped: ${reason}`),
  service_mode_changed: ({ mode, actor }) => milestone(`${mode}, asked by ${actor}`),
  workflow_loaded: ({ previous }) => step(`workflow file ${previous == null ? "loaded" : "reloaded"}`),
  workflow_rejected: ({ message }) =>
    milestone(`workflow file refused: ${message.replace(/\.$/, "")}; the last good one stays in force`),
  account_paused: ({ account, until, sentence }, at) =>
    milestone(`nothing is started on account ${account} for ${formatDuration(Math.max(0, until - at))}: ${sentence}`),
  command_answered: ({ verb, actor, answer }) => step(`${actor} asked for ${plain(verb)}: ${answer.sentence}`),
} satisfies Partial<Dictionary>;

const LANE = {
  lane_opened: ({ issue, reason }) => milestone(`taken up: ${issue.title} (${reason.sentence})`),
  input_seen: ({ by, sentence }) => step(`${by}: ${sentence}`),
  issue_refreshed: ({ issue }) => detail(`the issue was changed; it is in "${issue.state}"`),
  work_enqueued: ({ kind, purpose, reason }) =>
    step(`${workName(kind)} queued${kind === "run" ? ` (${purpose})` : ""}: ${reason.sentence}`),
  work_canceled: ({ reason }) => step(`being stopped: ${reason.sentence}`),
  work_closed: ({ kind, reason }) => detail(`${workName(kind)} looked at: ${reason.sentence}`),
  lane_staged: ({ stage, reason }) =>
    stage === "review_wait"
      ? milestone(`waits for review: ${reason.sentence}`)
      : // What leads here, a merge or a result, is seen more than once; this stage is taken once.
        (stage === "closeout" ? milestone : step)(`${plain(stage)}: ${reason.sentence}`),
  hand_off_accepted: ({ route, summary }) => milestone(`handed off for "${route}": ${summary}`),
  retry_scheduled: ({ kind, dueAt, error }, at) =>
    step(`tries again in ${formatDuration(Math.max(0, dueAt - at))}: ${error ?? kind}`),
  retry_cleared: ({ reason }) => detail(`nothing is due any more: ${reason.sentence}`),
  lane_parked: ({ sentence }) => milestone(`parked: ${sentence}`),
  lane_unparked: ({ reason }) => milestone(`goes on: ${reason.sentence}`),
  approval_answered: ({ id, answer: { decision, actor, reason } }) =>
    milestone(`${id} ${decision} by ${actor}${reason === "" ? "" : `: ${reason}`}`),
  lane_closed: ({ reason }) => milestone(`finished: ${reason.sentence}`),
  lane_archived: ({ events }) => detail(`${events} events were replaced by their outcome`),
} satisfies Partial<Dictionary>;

const ASKED = {
  lane_paused: ({ actor, words }) => milestone(`paused by ${actor}${words === null ? "" : `: ${words}`}`),
  lane_resumed: ({ actor }) => milestone(`resumed by ${actor}`),
  lane_steered: ({ author, text, told }) =>
    step(`${author} says to ${told === null ? "the next run" : `run ${told}`}: ${text}`),
  land_asked: ({ actor, headSha }) => milestone(`${actor} lets ${headSha.slice(0, 12)} land`),
  lane_abandoned: ({ actor, state, words }) =>
    milestone(`abandoned by ${actor}, its issue goes to "${state}"${words === null ? "" : `: ${words}`}`),
} satisfies Partial<Dictionary>;

const WORK = {
  approval_used: ({ id }) => step(`carries out what ${id} allows`),
  approval_requested: ({ what }) => milestone(`asks first: ${what}`),
  lease_granted: ({ kind, holder }) => step(`${workName(kind)} taken by ${holder}`),
  lease_lost: ({ kind, holder }) => step(`${workName(kind)} taken from ${holder}, which was not heard of`),
  work_settled: ({ kind, outcome }) => (kind === "run" ? milestone : step)(endWords(kind, outcome)),
  phase_entered: ({ phase }) => detail(`phase: ${plain(phase)}`),
  workspace_prepared: ({ path, created }) => step(`workspace ${created ? "made" : "taken up again"}: ${path}`),
  workspace_removed: ({ path, salvage }) =>
    step(`workspace removed: ${path}${salvage === null ? "" : `; kept: ${salvage}`}`),
  hook_finished: ({ hook, ok, detail: said }) =>
    ok ? detail(`hook ${hook} ended`) : step(`hook ${hook} failed: ${said}`),
  process_spawning: ({ role }) => detail(`process of ${role} is started`),
  process_started: ({ pid }) => detail(`process ${pid} runs`),
  process_exited: ({ code, signal }) => detail(`process ended with ${signal ?? `code ${code ?? "unknown"}`}`),
  session_started: ({ agent, resumed }) => step(`session of ${agent} ${resumed ? "goes on" : "began"}`),
  turn_started: ({ turn }) => step(`turn ${turn} began`),
  turn_finished: ({ turn, status, detail: said, ms }) =>
    step(`turn ${turn} ${status} after ${formatDuration(ms)}${said === null ? "" : `: ${said}`}`),
  turn_named: ({ id }) => detail(`the agent calls its turn ${id}`),
  capacity_seen: ({ windows }) => detail(capacityWords(windows)),
  usage_reported: ({ usage, spending }) =>
    detail(
      usage.totalTokens === 0 && spending !== undefined
        ? `the session was open for another ${formatDuration(spending.wallMs)}`
        : `${usage.inputTokens} tokens in, ${usage.outputTokens} out`,
    ),
  budget_met: (line) => (line.level === "reached" ? milestone : step)(`used up: ${budgetWords(line)}`),
  progress_seen: ({ message }) => step(message),
  tool_called: ({ tool, ok, code, ms }) =>
    step(`tool ${tool} ${ok ? "answered" : `refused (${code})`} after ${formatDuration(ms)}`),
  signal_recorded: ({ tool, signal }) =>
    step(`the agent called ${tool}${signal.kind === "none" ? "" : `: ${plain(signal.kind)}`}`),
  checkpoint_recorded: ({ phase, focus }) => step(`checkpoint (${plain(phase)}): ${focus}`),
  commit_seen: ({ headSha, changed }) =>
    step(`head ${headSha.slice(0, 12)} ${changed ? "differs from" : "is like"} the base`),
  run_summarised: ({ summary }) => detail(summaryWords(summary)),
  transcript_kept: ({ bytes }) => detail(`transcript kept, ${bytes} bytes`),
} satisfies Partial<Dictionary>;

const OUTSIDE = {
  outbox_planned: ({ intent }) => detail(`to be written outside: ${plain(intent.kind)}`),
  outbox_sending: ({ key }) => detail(`being written outside: ${key}`),
  outbox_unknown: ({ key, detail: said }) => step(`no answer to an outside write, it is looked up: ${key}: ${said}`),
  outbox_postponed: ({ key, detail: said }) => step(`an outside write is tried again later: ${key}: ${said}`),
  outbox_settled: ({ key, state, result }) =>
    (state === "refused" ? step : detail)(`outside write ${state}: ${result ?? key}`),
  evidence_recorded: (evidence) => evidenceWords(evidence),
  change_seen: ({ changeId, url, state, review, checks }) => {
    if (state === "merged") return step(mergedWords(`Change ${changeId} was merged.`));
    const name = `change ${changeId}${url === null ? "" : ` ${url}`}`;
    return state === "closed"
      ? milestone(`${name} was closed`)
      : // Seen with every decision about it; only an answer is news.
        (review === "none" && checks !== "failed" ? detail : step)(
          `${name} is open (review: ${plain(review)}, checks: ${checks})`,
        );
  },
  plugin: ({ name }) => detail(`plugin ${name}`),
} satisfies Partial<Dictionary>;

const DICTIONARY: Dictionary = { ...SERVICE, ...LANE, ...ASKED, ...WORK, ...OUTSIDE };

/** The start of a run in one word or two. */
export const PURPOSE_WORDS: Readonly<Record<RunPurpose, string>> = {
  first: "started",
  continuation: "goes on",
  retry: "started again",
  repair: "repairs its change",
};

/** What a merge is announced with, whoever saw it. */
function mergedWords(sentence: string): string {
  return `merged: ${sentence}`;
}

function workName(kind: WorkKind): string {
  return { run: "run", validate: "checks", land: "landing", clean: "cleanup" }[kind];
}

function endWords(
  kind: WorkKind,
  { status, reason }: { readonly status: WorkOutcome["status"]; readonly reason: Reason },
): string {
  const ends = { succeeded: "ended", failed: "failed", lost: "broken off", canceled: "broken off" } as const;
  return `${workName(kind)} ${ends[status]}: ${reason.sentence}`;
}

function summaryWords({ turns, tools, usage, files }: RunSummary): string {
  const calls = tools.reduce((sum, tool) => sum + tool.calls, 0);
  const changed = files === null ? "" : `, ${files.length} files differ from the base`;
  return `${turns} turns, ${calls} tool calls, ${usage.totalTokens} tokens${changed}`;
}

function evidenceWords({ kind, witness, ok, sentence }: Evidence): EventWords {
  if (kind === "landed" && ok) return step(mergedWords(sentence));
  return step(`${ok ? "seen" : "not so"} (${witness}): ${sentence}`);
}

/** The fullest window first: it is the one that matters. */
function capacityWords(windows: readonly CapacityWindow[]): string {
  const words = [...windows]
    .sort((a, b) => (b.usedShare ?? 0) - (a.usedShare ?? 0))
    .map(({ window, usedShare }) => `${window} ${usedShare === null ? "unknown" : `${Math.round(usedShare * 100)} %`}`);
  return `capacity used: ${words.join(", ")}`;
}

function plain(code: string): string {
  return code.replaceAll("_", " ");
}

function milestone(words: string): EventWords {
  return { words, weight: "milestone" };
}

function step(words: string): EventWords {
  return { words, weight: "step" };
}

function detail(words: string): EventWords {
  return { words, weight: "detail" };
}
