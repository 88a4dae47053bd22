import { shortHash } from "../../base/ids.ts";
import type { WrittenLink } from "../../contracts/relation-topic.ts";
import type { IssueDraft } from "../../contracts/tracker.ts";
import { type Blocker, type Issue, type IssueComment, normaliseLabels, parseInstant } from "../../model/issue.ts";
import type { FileComment } from "./comment-section.ts";
import type { LocalFrontMatter } from "./schema.ts";

/** An issue as its own file tells it; blockers are only names, their states stand in other files. */
export interface LocalIssue {
  readonly issue: Omit<Issue, "blockedBy">;
  readonly blockers: readonly string[];
  readonly links: readonly WrittenLink[];
  /** What it follows from, when a run asked for it. */
  readonly followUp: FollowUp | null;
}

/** Tells one follow-up of an issue from the next. */
export interface FollowUp {
  /** Id of the issue that it follows from: it stays when that one is renamed. */
  readonly of: string;
  readonly key: string;
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
  const links = [
    ...namesOf(data.duplicate_of).map((name) => ({ kind: "duplicate_of" as const, identifier: name })),
    ...namesOf(data.related).map((name) => ({ kind: "related" as const, identifier: name })),
  ];
  return { issue, blockers: namesOf(data.blocked_by), links, followUp: followUpOf(data.follow_up) };
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

/** A follow-up as it is written; `identifier` is for people. */
export interface Follows extends FollowUp {
  readonly identifier: string;
}

/** The front matter of a new issue, in the order in which people read it. */
export function toFrontMatter(draft: IssueDraft, id: string, now: number, follows?: Follows): object {
  const instant = new Date(now).toISOString();
  return {
    id,
    title: draft.title.trim(),
    state: draft.state.trim(),
    labels: normaliseLabels(draft.labels),
    priority: draft.priority,
    blocked_by: [...draft.blockedBy],
    ...(follows === undefined
      ? {}
      : { related: [follows.identifier], follow_up: { of: follows.of, key: follows.key } }),
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

/** The links of the issue to addresses, with one more or with another title. What people wrote otherwise stays as it is. */
export function withLink(value: unknown, url: string, title: string): readonly unknown[] {
  const known: readonly unknown[] = Array.isArray(value) ? value : value == null || value === "" ? [] : [value];
  const link = { title, url };
  const at = known.findIndex((entry) => addressOf(entry) === url);
  if (at === -1) return [...known, link];
  const entry = known[at];
  return known.with(at, isMap(entry) ? { ...entry, title } : link);
}

function addressOf(entry: unknown): unknown {
  return isMap(entry) ? entry.url : entry;
}

function followUpOf(value: unknown): FollowUp | null {
  if (!isMap(value)) return null;
  const { of, key } = value;
  return typeof of === "string" && typeof key === "string" ? { of, key } : null;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function namesOf(value: unknown): string[] {
  return [...new Set(listOf(value).map((name) => name.trim()))];
}

function textOrNull(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}
