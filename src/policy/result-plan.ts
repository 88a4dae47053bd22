import type { LaneFacts } from "../model/facts.ts";
import type { Intent } from "../model/outbox.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { RunResult } from "../model/result.ts";
import type { CompletionSignal } from "../model/run.ts";
import { stateForRoute } from "../model/workflow.ts";
import { because } from "./codes.ts";
import { planFailure } from "./failure.ts";
import { allowedRoutes } from "./hand-off.ts";
import { judgeResult } from "./result.ts";
import { describeResult } from "./result-words.ts";
import { comment, knownIssue, moveToRoute, runRevision, type Steps, write } from "./writes.ts";

type Delivered = Extract<CompletionSignal, { kind: "result" }>;

/**
 * Writes a result to the tracker: labels and fields, relations, one comment, and the move to its route; then the lane ends. A result that
 * the profile as it is now does not ask for, or does not take, is a failed run with the reason.
 */
export function planResult(facts: LaneFacts, { route, summary, result }: Delivered): Plan {
  const { workflow, lane } = facts;
  const { profile } = workflow;
  if (profile.completion.result !== result.kind) {
    const wanted = profile.completion.result ?? "none";
    return planFailure(
      facts,
      because("result_missing", `The run delivered ${result.kind}; the profile asks for ${wanted}.`),
    );
  }
  const fault = judgeResult({ routes: allowedRoutes(facts), options: profile.options }, route, result);
  if (fault !== null) return planFailure(facts, fault);
  if (stateForRoute(workflow, route) === undefined) {
    const sentence = `The result names the route "${route}", for which there is no tracker state.`;
    return planFailure(facts, because("route_unmapped", sentence));
  }
  const why = because("result_delivered", `Run ${lane.lastRun} delivered its result for "${route}".`);
  const revision = runRevision(facts);
  return [
    { do: "close_work", counts: "success", reason: why },
    { do: "accept_hand_off", route, summary, noChange: null },
    { do: "stage", stage: "closeout", reason: why },
    // Like every end: what is left is to put things away, and that waits for nobody.
    ...(lane.parked === null ? [] : [{ do: "unpark", reason: why } as const]),
    ...fieldWrites(facts, result, revision),
    ...relationWrites(facts, result, revision),
    comment(facts, "result", `${summary.trim()}\n\n${describeResult(result)}`, revision),
    ...moveToRoute(facts, route, revision),
  ];
}

/** Labels whose newest value replaces the older one. */
const OWNED_PREFIXES = ["type:", "risk:"];

function fieldWrites(facts: LaneFacts, result: RunResult, revision: string): Steps {
  const issue = knownIssue(facts);
  const wanted = labelsOf(result);
  const addLabels = wanted.filter((label) => !issue.labels.includes(label));
  const isOwned = (label: string): boolean =>
    OWNED_PREFIXES.some((prefix) => label.startsWith(prefix) && wanted.some((one) => one.startsWith(prefix)));
  const removeLabels = issue.labels.filter((label) => isOwned(label) && !wanted.includes(label));
  const change = changeOf(result);
  const none = { addLabels: [], removeLabels: [] };
  const kind = "issue_update" as const;
  // Apart, because a tracker that has no such field, or does not know the owner, still has labels.
  return [
    ...(addLabels.length + removeLabels.length === 0
      ? []
      : [write({ kind, issueId: issue.id, change: {}, addLabels, removeLabels }, "labels", revision)]),
    ...(Object.keys(change).length === 0
      ? []
      : [write({ kind, issueId: issue.id, change, ...none }, "fields", revision)]),
  ];
}

function labelsOf(result: RunResult): string[] {
  const labels = ((): readonly string[] => {
    switch (result.kind) {
      case "triage":
        return [`type:${result.data.type}`, `risk:${result.data.risk}`, ...(result.data.labels ?? [])];
      case "review_routing":
        return result.data.risk_tags.map((tag) => `risk:${tag}`);
      default:
        return [];
    }
  })();
  return [...new Set(labels.map((label) => label.trim().toLowerCase()).filter((label) => label !== ""))];
}

/** What cannot be told stays as people set it. */
function changeOf(result: RunResult): Extract<Intent, { kind: "issue_update" }>["change"] {
  if (result.kind === "review_routing") {
    const [first] = result.data.reviewers;
    return first === undefined ? {} : { owner: first.name };
  }
  if (result.kind !== "triage") return {};
  const { priority, owner } = result.data;
  return { ...(priority === null ? {} : { priority }), ...(owner === null ? {} : { owner }) };
}

function relationWrites(facts: LaneFacts, result: RunResult, revision: string): Steps {
  if (result.kind !== "triage") return [];
  const { id: issueId, identifier } = knownIssue(facts);
  return [...new Set(result.data.duplicates ?? [])]
    .filter((other) => other !== identifier)
    .map((other): Step => {
      const intent: Intent = { kind: "issue_relation", issueId, relation: "duplicate_of", identifier: other };
      return write(intent, `duplicate-${other}`, revision);
    });
}
