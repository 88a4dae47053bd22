import { MaestroError } from "../../base/errors.ts";
import type { Tracker } from "../../contracts/tracker.ts";
import { type Issue, normaliseLabels, sameState } from "../../model/issue.ts";
import type { Intent } from "../../model/outbox.ts";
import { FOUND_NOTHING, found, type LookUp } from "./look-up.ts";

/** Name that Maestro's own comments carry. */
const AUTHOR = "maestro";

/** The intents about an issue. */
export type IssueIntent = Extract<Intent, { issueId: string }>;
type IntentOf<K extends IssueIntent["kind"]> = Extract<IssueIntent, { kind: K }>;

/** Carries out what is wanted of the tracker; returns what the record keeps as its result. Throws the tracker's codes, `tracker_unsupported`. */
export async function sendToTracker(
  tracker: Tracker,
  intent: IssueIntent,
  signal: AbortSignal,
): Promise<string | null> {
  switch (intent.kind) {
    case "issue_move":
      return move(tracker, intent, signal);
    case "issue_comment":
      return tracker.ensureComment(intent.issueId, intent.topic, intent.body, AUTHOR, { signal });
    case "issue_label":
      await tracker.label(intent.issueId, { add: listed(intent.add), remove: listed(intent.remove) }, { signal });
      return null;
    case "issue_update":
      return update(tracker, intent, signal);
    case "issue_relation": {
      if (tracker.relate === undefined) throw unsupported(tracker, "link issues");
      await tracker.relate(intent.issueId, { kind: intent.relation, identifier: intent.identifier }, { signal });
      return intent.identifier;
    }
    case "issue_attach": {
      if (tracker.attach === undefined) throw unsupported(tracker, "link anything to an issue");
      const { issueId, url, title, link } = intent;
      await tracker.attach(issueId, { url, title, kind: link }, { signal });
      return url;
    }
    case "issue_follow_up": {
      if (tracker.ensureFollowUp === undefined) throw unsupported(tracker, "make a follow-up");
      const { kind: _, issueId, key, ...draft } = intent;
      return (await tracker.ensureFollowUp(issueId, key, draft, { signal })).identifier;
    }
  }
}

/**
 * Whether an intent's effect is there. Links and a follow-up are not shown by any read, but their verbs look for them by issue, URL and key
 * before they make them, so that sending again is the look.
 */
export async function lookUpInTracker(tracker: Tracker, intent: IssueIntent, signal: AbortSignal): Promise<LookUp> {
  switch (intent.kind) {
    case "issue_comment": {
      const comments = await tracker.comments(intent.issueId, null, { signal });
      const kept = comments.find(({ topic, body }) => topic === intent.topic && body.trim() === intent.body.trim());
      return kept === undefined ? FOUND_NOTHING : found(kept.id);
    }
    case "issue_move": {
      const issue = await readIssue(tracker, intent.issueId, signal);
      if (issue === undefined || !sameState(issue.state, intent.to)) return FOUND_NOTHING;
      await tracker.finishMove?.(intent.issueId, intent.to, { signal });
      return found("moved");
    }
    case "issue_label": {
      const issue = await readIssue(tracker, intent.issueId, signal);
      return issue !== undefined && hasLabels(issue, listed(intent.add), listed(intent.remove))
        ? found(null)
        : FOUND_NOTHING;
    }
    case "issue_update": {
      const issue = await readIssue(tracker, intent.issueId, signal);
      return issue !== undefined && isUpdated(issue, intent) ? found(null) : FOUND_NOTHING;
    }
    default:
      return FOUND_NOTHING;
  }
}

async function move(tracker: Tracker, intent: IntentOf<"issue_move">, signal: AbortSignal): Promise<string> {
  const result = await tracker.move(intent.issueId, { to: intent.to, from: intent.from }, { signal });
  if (result !== "conflict") return result;
  throw new MaestroError({
    code: "tracker_conflict",
    message: `The issue is no longer ${intent.from}; it was not moved to ${intent.to}.`,
  });
}

/** Labels come last: they are what a look-up sees, so that it never takes a half for the whole. */
async function update(tracker: Tracker, intent: IntentOf<"issue_update">, signal: AbortSignal): Promise<null> {
  const { issueId, change, addLabels, removeLabels } = intent;
  if (Object.keys(change).length > 0) {
    if (tracker.update === undefined) throw unsupported(tracker, "change priority, owner or type");
    await tracker.update(issueId, change, { signal });
  }
  if (addLabels.length + removeLabels.length > 0) {
    await tracker.label(issueId, { add: addLabels, remove: removeLabels }, { signal });
  }
  return null;
}

/** What an issue does not show (its owner as it was named, its type) can only be set again. */
function isUpdated(issue: Issue, { change, addLabels, removeLabels }: IntentOf<"issue_update">): boolean {
  if (change.owner !== undefined || change.type !== undefined) return false;
  if (change.priority !== undefined && change.priority !== issue.priority) return false;
  return hasLabels(issue, normaliseLabels(addLabels), normaliseLabels(removeLabels));
}

function hasLabels({ labels }: Issue, wanted: readonly string[], gone: readonly string[]): boolean {
  return wanted.every((label) => labels.includes(label)) && !gone.some((label) => labels.includes(label));
}

async function readIssue(tracker: Tracker, id: string, signal: AbortSignal): Promise<Issue | undefined> {
  const [issue] = await tracker.issuesByIds([id], { signal });
  return issue;
}

function listed(label: string | null): string[] {
  return normaliseLabels(label === null ? [] : [label]);
}

function unsupported({ kind }: Tracker, what: string): MaestroError {
  return new MaestroError({ code: "tracker_unsupported", message: `The tracker ${kind} cannot ${what}.` });
}
