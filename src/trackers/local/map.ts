import { shortHash } from "../../base/ids.ts";
import type { IssueDraft } from "../../contracts/tracker.ts";
import { type Blocker, type Issue, type IssueComment, normaliseLabels, parseInstant } from "../../model/issue.ts";
import type { FileComment } from "./comment-section.ts";
import type { LocalFrontMatter } from "./schema.ts";

/** An issue as its own file tells it; blockers are only names, their states stand in other files. */
export interface LocalIssue {
  readonly issue: Omit<Issue, "blockedBy">;
  readonly blockers: readonly string[];
}

/** The issue of a file whose front matter has passed its schema. */
export function toLocalIssue(identifier: string, data: LocalFrontMatter, description: string | null): LocalIssue {
  const issue = {
    id: data.id == null ? identifier : String(data.id).trim(),
    nativeRef: { file: `${identifier}.md` },
    identifier,
    title: String(data.title).trim(),
    description,
    priority: Number.isSafeInteger(data.priority) ? (data.priority as number) : null,
    state: String(data.state),
    branchName: textOrNull(data.branch_name),
    url: textOrNull(data.url),
    assigneeId: textOrNull(data.assignee),
    labels: normaliseLabels(listOf(data.labels)),
    dispatchable: true,
    createdAt: parseInstant(data.created_at),
    updatedAt: parseInstant(data.updated_at),
  };
  return { issue, blockers: [...new Set(listOf(data.blocked_by).map((name) => name.trim()))] };
}

/** Fills in what other files say about the blockers. A name that no file has stays a name. */
export function withBlockers({ issue, blockers }: LocalIssue, known: ReadonlyMap<string, LocalIssue>): Issue {
  const blockedBy = blockers.map((name): Blocker => {
    const other = known.get(name)?.issue;
    if (other === undefined) return { id: null, identifier: name, state: null };
    return { id: other.id, identifier: other.identifier, state: other.state };
  });
  return { ...issue, blockedBy };
}

/** Comments oldest first. Those written by hand have no id of their own and get one from what they say. */
export function toComments(comments: readonly FileComment[]): IssueComment[] {
  const used = new Set<string>();
  const named = comments.map(({ id, author, body, at, topic }) => {
    const base = id ?? `hand_${shortHash(`${at} ${author} ${body}`)}`;
    let unique = base;
    for (let copy = 2; used.has(unique); copy += 1) unique = `${base}_${copy}`;
    used.add(unique);
    // Whoever writes these files is at home here.
    return { id: unique, author, body, at, topic, trust: "member" as const };
  });
  return named.sort((a, b) => a.at - b.at);
}

/** The front matter of a new issue, in the order in which people read it. */
export function toFrontMatter(draft: IssueDraft, id: string, now: number): object {
  const instant = new Date(now).toISOString();
  return {
    id,
    title: draft.title.trim(),
    state: draft.state.trim(),
    labels: normaliseLabels(draft.labels),
    priority: draft.priority,
    blocked_by: [...draft.blockedBy],
    created_at: instant,
    updated_at: instant,
  };
}

/** A list as people write it: a YAML list, or one text with commas. What is no text or number is dropped (S-014). */
export function listOf(value: unknown): string[] {
  const items: readonly unknown[] = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [];
  const texts = items.filter((item) => typeof item === "string" || typeof item === "number").map(String);
  return texts.filter((text) => text.trim() !== "");
}

function textOrNull(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}
