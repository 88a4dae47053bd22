import type { ToolDescriptor } from "../contracts/tool.ts";
import type { Issue } from "../model/issue.ts";
import type { Answer } from "../model/question.ts";
import type { RunPurpose } from "../model/run.ts";
import { routeOf, type Workflow } from "../model/workflow.ts";
import { SYMPHONY_PROFILE } from "./compatibility.ts";
import { endingOf, toolsForEnding } from "./prompt-ending.ts";
import { renderTemplate } from "./template.ts";

/** What a prompt is made from, beside the workflow. */
export interface PromptInput {
  readonly issue: Issue;
  /** `null` on the first run, else an integer from 1 (S-221). */
  readonly attempt: number | null;
  /** Why there is another run, e.g. `failure` or `continuation`; `null` on the first. */
  readonly retryKind: string | null;
  /** What review or CI asks for; gets a section of its own. */
  readonly feedback: string | null;
  /** What earlier runs came to, for a session that knows nothing of them; gets a section of its own. */
  readonly earlier?: string | null;
  /** What came of the question that the run before asked; gets a section of its own. */
  readonly answer?: Answer | null;
  /** What the agent recorded last of where the work stands; gets a section of its own. */
  readonly checkpoint?: string | null;
  /** What people said to the agent since the run before; gets a section of its own. */
  readonly words?: string | null;
  readonly lane: { readonly branch: string | null; readonly workspace?: string };
  readonly tools: readonly Pick<ToolDescriptor, "name" | "description">[];
  readonly run: { readonly number: number; readonly purpose: RunPurpose };
}

/**
 * The first prompt of a session: the workflow's template with the profile's parts, then the feedback, then how the run ends; in profile `symphony` the
 * template alone. Throws `template_render_error` (facts {path, line, column}) for unknown variables and filters, includes and templates that never
 * end (S-056, S-220, S-222).
 */
export function renderPrompt(workflow: Workflow, input: PromptInput): string {
  const origin = workflow.promptSource ?? { path: workflow.path, line: 1 };
  const { parts } = workflow.profile;
  const body = renderTemplate(workflow.prompt, contextOf(workflow, input), origin, parts).trim();
  // Symphony's prompts are whole (S-174): they ask for `feedback` where they want it, and the tracker's state alone ends the work.
  if (isWhole(workflow)) return body;
  const earlier = section("What was done before", input.earlier ?? null);
  return [body, earlier, ...endOf(workflow, input)].filter((part) => part !== "").join("\n\n");
}

/**
 * The first prompt of a run whose session was resumed: what has happened since, the issue as it stands now, and how the run ends; the conversation
 * has the rest. In profile `symphony` the template alone. Throws like `renderPrompt`.
 */
export function renderResumption(
  workflow: Workflow,
  input: PromptInput & { readonly interrupted: string | null },
): string {
  if (isWhole(workflow)) return renderPrompt(workflow, input);
  const { identifier, title, state, description } = input.issue;
  const begin = [
    `You go on with the work on ${identifier} in the same session and workspace; this is run ${input.run.number}.`,
    input.interrupted === null
      ? "Go on from where you are: do not start over."
      : `Your last turn was interrupted: ${input.interrupted}\n` +
        "What you were doing then may be half done. Look at the working tree again before you go on: which files differ, and whether what you rely on is there.",
  ].join("\n");
  const now = section(`The issue as it stands now`, [`${title} (${state})`, description ?? ""].join("\n\n").trim());
  return [begin, now, ...endOf(workflow, input)].filter((part) => part !== "").join("\n\n");
}

/** Whether the file says everything: a profile that leaves all to the tracker, or a project's own one of Symphony's name. */
function isWhole({ profile }: Workflow): boolean {
  return profile.unguarded !== undefined || profile.kind === SYMPHONY_PROFILE;
}

/** What every first prompt of a run ends with. */
function endOf(workflow: Workflow, { feedback, answer, words, checkpoint, tools }: PromptInput): readonly string[] {
  return [
    section("Where the work stands", checkpoint ?? null),
    section("What came of your question", answerText(answer ?? null)),
    section("What people told you", words ?? null),
    section("What has to change", feedback),
    endingOf(workflow, tools),
  ];
}

function answerText(answer: Answer | null): string | null {
  if (answer === null) return null;
  const { question, text, author } = answer;
  const said =
    text === null
      ? "Nobody answered it in words, but a person let you go on: decide yourself, and say what you decided."
      : `${author} answers:\n\n${text}`;
  return `You asked:\n\n${question}\n\n${said}`;
}

function section(title: string, text: string | null): string {
  return text === null ? "" : `## ${title}\n\n${text.trim()}`;
}

/** What a further turn of a running session is told: only how to go on, the conversation has the rest (S-093). */
export function renderContinuation(
  workflow: Workflow,
  turn: { readonly turn: number; readonly maxTurns: number },
): string {
  const isLast = turn.turn >= turn.maxTurns;
  return [
    `The issue is not finished yet. This is turn ${turn.turn} of at most ${turn.maxTurns} in the same session and workspace.`,
    "Go on from where you are: do not start over and do not repeat what you already said.",
    isLast ? "This is the last turn: bring the work to an end now, or say what a person has to know." : "",
    toolsForEnding(workflow),
  ]
    .filter((line) => line !== "")
    .join("\n");
}

/** The variables that the profile's prompts have: the issue, and what it declares as its input. Any other one is unknown. */
function contextOf(workflow: Workflow, input: PromptInput): object {
  const { input: declared } = workflow.profile;
  const all = Object.entries(variablesOf(workflow, input));
  if (declared === undefined) return Object.fromEntries(all);
  const names: readonly string[] = ["issue", ...declared];
  return Object.fromEntries(all.filter(([name]) => names.includes(name)));
}

/** Names are snake_case as in the tracker-neutral issue (S-001, S-057); instants are ISO 8601 texts. */
function variablesOf(workflow: Workflow, input: PromptInput): object {
  const { issue, lane } = input;
  const route = routeOf(workflow, issue.state);
  return {
    issue: {
      id: issue.id,
      native_ref: issue.nativeRef,
      identifier: issue.identifier,
      title: issue.title,
      description: issue.description,
      priority: issue.priority,
      state: issue.state,
      branch_name: issue.branchName,
      url: issue.url,
      assignee_id: issue.assigneeId,
      labels: issue.labels,
      blocked_by: issue.blockedBy.map(({ id, identifier, state }) => ({ id, identifier, state })),
      dispatchable: issue.dispatchable,
      created_at: instant(issue.createdAt),
      updated_at: instant(issue.updatedAt),
    },
    attempt: input.attempt,
    retry_kind: input.retryKind,
    feedback: input.feedback,
    lane: { branch: lane.branch, workspace: lane.workspace ?? null },
    tools: input.tools.map(({ name, description }) => ({ name, description })),
    run: { number: input.run.number, purpose: input.run.purpose },
    repo: { base_branch: workflow.repo?.baseBranch ?? null },
    workflow: {
      profile: {
        kind: workflow.profile.kind,
        version: workflow.profile.version,
        options: workflow.profile.options,
      },
      route: { name: route?.name ?? null, category: route?.category ?? null },
      validation: { commands: workflow.validation.commands },
    },
  };
}

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
