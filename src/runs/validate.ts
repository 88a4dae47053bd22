import { MaestroError } from "../base/errors.ts";
import { shortHash } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import type { Runtime } from "../contracts/runtime.ts";
import type { Evidence } from "../model/evidence.ts";
import { hookScripts } from "../model/hooks.ts";
import { processMarker } from "../model/process-marker.ts";
import type { WorkOutcome } from "../model/run.ts";
import { reason } from "../model/verdict.ts";
import { laneTree, type WorkContext } from "./context.ts";
import { agentEnvironment } from "./environment.ts";
import { brokenOff, failed, failedWith, succeeded } from "./outcome.ts";
import { gitOf, pushRows } from "./push.ts";
import { contain, placesOfOthers } from "./run/containment.ts";
import { openTranscript } from "./transcript.ts";

/** Kept of a command's output, from its end, bytes. */
const KEPT_OUTPUT = 256 * 1024;
/** The end of a failed command's output that the next run is told, characters. */
const TOLD_OUTPUT = 3_000;
const RELEASE_LIMIT_MS = 60_000;

/**
 * Runs the workflow's declared checks on a clean checkout of exactly the head that was handed off, then pushes that head. Never rejects.
 */
export async function carryValidate(context: WorkContext): Promise<WorkOutcome> {
  const { assignment, signal } = context;
  const { headSha } = assignment;
  if (headSha === null) return failed("fatal", reason("head_unknown", "There is no head to validate."));
  try {
    const failure = await runChecks(context, headSha);
    if (failure !== null) return { ...failure, headSha, changed: true };
    await pushRows(context);
    const { commands } = context.workflow.validation;
    const what = commands.length === 0 ? "No checks are declared" : `${countOf(commands)} passed`;
    const why = reason("validated", `${what} on ${headSha.slice(0, 10)}.`);
    return succeeded(why, { headSha, changed: true });
  } catch (error) {
    return signal.aborted ? brokenOff(signal, { headSha }) : failedWith(error, { headSha });
  }
}

/** The outcome of the first check that failed; `null` when all passed. */
async function runChecks(context: WorkContext, headSha: string): Promise<WorkOutcome | null> {
  const { workflow } = context;
  const { commands } = workflow.validation;
  if (commands.length === 0) {
    const sentence = "none declared";
    await state(context, null, { kind: "validation", ok: true, sentence, headSha, facts: { commands: [] } });
    return null;
  }
  const place = await placeOf(context, headSha);
  const transcript = await openTranscript(context);
  const facts: JsonObject = { commands: [...commands], in: place.in };
  for (const check of checksOf(context, place)) {
    const { ok, sentence, output, facts: seen } = await runCheck(context, check, place);
    transcript.append(`$ ${check.command}\n${output}`, "check");
    await state(context, place, { kind: "check", ok, sentence, headSha, facts: { ...seen, in: place.in } });
    if (ok) continue;
    await state(context, place, { kind: "validation", ok, sentence, headSha, facts });
    return failed("validation", reason("check_failed", `${sentence}\n${output.slice(-TOLD_OUTPUT)}`.trim()));
  }
  const sentence = `${countOf(commands)} passed`;
  await state(context, place, { kind: "validation", ok: true, sentence, headSha, facts });
  return null;
}

/** Where checks run, and on what kind of machine. */
interface Place {
  readonly path: string;
  readonly in: "checkout" | "workspace";
  readonly runtime: Runtime;
  /** Home and folder for temporary files, where the sandbox leaves nothing else to write to. */
  readonly own: Readonly<Record<string, string>>;
}

/**
 * A clean tree of the head, beside the workspaces, so that no agent's leftovers take part; or, where the workflow says so, the workspace as
 * the agent left it. In the same sandbox as an agent.
 */
async function placeOf(context: WorkContext, headSha: string): Promise<Place> {
  const { workflow, work, runtime, parts, scope } = context;
  const where = workflow.validation.in ?? "checkout";
  const path = where === "checkout" ? await checkOut(context, headSha) : await workspaceAt(context, headSha);
  const temporaryDirectory = `${runtime.temporaryDirectory()}/maestro-${shortHash(processMarker(work, "check"))}`;
  await runtime.makeDirectory(temporaryDirectory, { mode: 0o700 });
  scope.defer("temporary files", () => runtime.remove(temporaryDirectory));
  const { sandbox = "none", caches = [] } = workflow.agentRuntime;
  const { objects } = gitOf(context);
  const others = placesOfOthers(workflow);
  const place = { workspace: path, home: parentOf(parts.agentsDirectory), others, caches, temporaryDirectory };
  const contained = await contain(runtime, {
    ...{ sandbox, machine: parts.runtime, network: workflow.validation.network ?? true },
    place: objects === undefined ? place : { ...place, objects },
  });
  const isApart = sandbox !== "none" && contained !== runtime;
  const own = isApart ? { HOME: temporaryDirectory, TMPDIR: temporaryDirectory } : {};
  return { path, in: where, runtime: contained, own };
}

async function checkOut(context: WorkContext, headSha: string): Promise<string> {
  const { workflow, work, assignment, scope, signal } = context;
  const path = `${workflow.workspace.root}-checks/${assignment.workspaceKey}-${work.id}`;
  const { release } = await gitOf(context).checkout(headSha, path, signal);
  scope.defer("clean checkout", release, RELEASE_LIMIT_MS);
  return path;
}

/** The lane's workspace, when it holds exactly the head and nothing else that Git knows of. Throws `workspace_moved`. */
async function workspaceAt(context: WorkContext, headSha: string): Promise<string> {
  const { parts, workflow, assignment, signal } = context;
  const path = await parts.workspaces(workflow).pathOf(assignment.workspaceKey);
  const tree = laneTree(context, path);
  const seen = tree === null ? null : await gitOf(context).inspect(tree, signal);
  if (seen?.headSha === headSha && seen.dirtyFiles.length === 0) return path;
  throw new MaestroError({
    code: "workspace_moved",
    message: `The workspace does not hold ${headSha.slice(0, 10)} without changes, so its checks would say nothing about it.`,
    hint: "Leave validation.in out of the workflow file: checks then run on a clean checkout.",
  });
}

/** One command, with what it is called in words. */
interface Check {
  readonly name: string;
  readonly command: string;
  readonly timeoutMs: number;
}

/** The preparation of a workspace, which a fresh checkout lacks, and then the declared commands. */
function checksOf({ workflow }: WorkContext, place: Place): readonly Check[] {
  const { hooks, validation } = workflow;
  const commands = validation.commands.map((command) => {
    return { name: `\`${command}\``, command, timeoutMs: validation.timeoutMs };
  });
  if (place.in === "workspace") return commands;
  const preparation = hookScripts(hooks, "after_create").map(({ name, script }) => {
    return { name: `The hook ${name}`, command: script, timeoutMs: hooks.timeoutMs };
  });
  return [...preparation, ...commands];
}

async function runCheck(context: WorkContext, { name, command, timeoutMs }: Check, { path, runtime, own }: Place) {
  const { work, signal } = context;
  const marker = processMarker(work, "check");
  const end = await runtime.execute({
    command: "sh",
    args: ["-lc", command],
    cwd: path,
    env: { ...environmentOf(context, path), ...own },
    marker,
    timeoutMs,
    signal,
    maxOutputBytes: KEPT_OUTPUT,
    keep: "end",
  });
  await runtime.killMarked(marker);
  signal.throwIfAborted();
  const ok = end.code === 0;
  const how = end.timedOut ? `took longer than ${timeoutMs} ms` : `ended with ${end.signal ?? `exit code ${end.code}`}`;
  const facts: JsonObject = { command, exit_code: end.code, timed_out: end.timedOut, ms: Math.round(end.ms) };
  const output = [end.stdout, end.stderr].filter((text) => text !== "").join("\n");
  return { ok, sentence: ok ? `${name} passed.` : `${name} ${how}.`, output, facts };
}

/**
 * No token of anybody: what is checked was written by an agent. A hook finds in it what it finds in a workspace, less the daemon's own
 * environment.
 */
function environmentOf(
  { parts, workflow, work, assignment, runtime }: WorkContext,
  path: string,
): Readonly<Record<string, string>> {
  const { issue, branch } = assignment;
  return agentEnvironment({
    daemon: runtime.environment(),
    pass: [],
    env: { CI: "true", ...withoutTokens(workflow.hooks.env) },
    extra: {
      ...{ MAESTRO_ISSUE_ID: issue.id, MAESTRO_ISSUE_IDENTIFIER: issue.identifier, MAESTRO_RUN: String(work.run) },
      ...{ ISSUE_ID: issue.id, ISSUE_IDENTIFIER: issue.identifier, ISSUE_BRANCH: branch ?? "", WORKSPACE_PATH: path },
    },
    isSecret: (text) => parts.secrets.holds(text),
  }).env;
}

/** Names of variables that hold credentials, as people name them. */
const CREDENTIAL = /token|secret|passw|credential|auth|(^|_)(api_?)?key(_|$)/i;

function withoutTokens(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !CREDENTIAL.test(name)));
}

/** What ran in the agent's own workspace, with whatever it left there, is worth no more than its word. */
function state({ observer }: WorkContext, place: Place | null, evidence: Omit<Evidence, "witness">): Promise<void> {
  const witness = place?.in === "workspace" ? "agent" : "host";
  return observer.observe({ type: "evidence_recorded", data: { ...evidence, witness } });
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function countOf(commands: readonly string[]): string {
  return commands.length === 1 ? "1 check" : `${commands.length} checks`;
}
