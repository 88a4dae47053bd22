import type { JsonValue } from "../../base/json.ts";
import type { Allowance } from "../../base/rate-limiter.ts";
import type { IssueRelation } from "../../contracts/tracker.ts";
import type { AuthorTrust } from "../../model/change.ts";
import { type Issue, type IssueComment, normaliseLabels, parseInstant } from "../../model/issue.ts";
import { readClaim } from "./claim-text.ts";
import { isDerived, readMark } from "./comment-mark.ts";
import type { LinearSettings } from "./options.ts";
import type { CommentNode, IssueNode, LinearRefusal, OtherIssueNode, RelationsAnswer } from "./schema.ts";
import { validateLinearRefusal } from "./schema.gen.ts";

/** The topic under which a claim's comment is shown. */
const CLAIM_TOPIC = "claim";

/** An answer that says no, as the SDK throws it. */
export interface Refused {
  readonly refusal: LinearRefusal;
  readonly headers: Headers | undefined;
}

/** What Linear answered, when that is what the SDK threw; `undefined` when there was no answer. */
export function refusalOf(error: unknown): Refused | undefined {
  const response = memberOf(memberOf(error, "raw"), "response");
  const status = memberOf(response, "status");
  if (typeof status !== "number") return undefined;
  const refusal = validateLinearRefusal(response) ? response : { status };
  return { refusal, headers: answerOf(memberOf(response, "headers")) };
}

/** All that an answer with errors holds, as GraphQL has it. */
export function rawAnswerOf(error: unknown): object {
  const response = memberOf(memberOf(error, "raw"), "response");
  return { data: memberOf(response, "data") ?? null, errors: memberOf(response, "errors") ?? [] };
}

/** A value without anything that JSON does not carry. */
export function plainJson(value: object): JsonValue {
  return JSON.parse(JSON.stringify(value));
}

/** The headers of an answer. */
export function answerOf(headers: unknown): Headers | undefined {
  return headers instanceof Headers ? headers : undefined;
}

/** What the headers say is left: of requests and complexity points the one that runs out first. */
export function readAllowance(headers: Headers): Allowance | undefined {
  const all = ["requests", "complexity"].flatMap((kind) => {
    const limit = numberIn(headers, `x-ratelimit-${kind}-limit`);
    const remaining = numberIn(headers, `x-ratelimit-${kind}-remaining`);
    const resetAt = numberIn(headers, `x-ratelimit-${kind}-reset`);
    if (limit === null || remaining === null) return [];
    // Milliseconds, as far as known; a smaller number can only be seconds.
    return [{ limit, remaining, resetAt: resetAt !== null && resetAt < 1e11 ? resetAt * 1_000 : resetAt }];
  });
  return all.sort((a, b) => a.remaining / a.limit - b.remaining / b.limit)[0];
}

/** When an issue was last changed; 0 when it does not say. */
export function changedAt(node: IssueNode): number {
  return parseInstant(node.updatedAt) ?? 0;
}

/** An issue in our form. May work be done on it is the assignee's and the labels' matter here; blockers are judged by the workflow. */
export function toIssue(node: IssueNode, { assignee, labels: wanted }: LinearSettings): Issue {
  // Linear gives them in no order that stays.
  const labels = normaliseLabels(node.labels.nodes.map(({ name }) => name)).sort();
  const blockers = node.inverseRelations.nodes.filter(({ type }) => type === "blocks").map(({ issue }) => issue);
  return {
    id: node.id,
    nativeRef: { team: node.team.key },
    identifier: node.identifier,
    title: node.title,
    description: textOrNull(node.description),
    priority: priorityOf(node.priority),
    state: node.state.name,
    branchName: textOrNull(node.branchName),
    url: textOrNull(node.url),
    assigneeId: node.assignee?.id ?? null,
    labels,
    blockedBy: blockers.map((other) => ({
      id: other.id,
      identifier: other.identifier,
      state: other.state?.name ?? null,
    })),
    dispatchable:
      wanted.every((label) => labels.includes(label)) && isAssigned(node, assignee) && node.archivedAt == null,
    createdAt: parseInstant(node.createdAt),
    updatedAt: parseInstant(node.updatedAt),
  };
}

/** Work is given to people as assignees and to applications as delegates. */
function isAssigned({ assignee, delegate }: IssueNode, wanted: string | null): boolean {
  if (wanted === null) return true;
  return [assignee, delegate].some((person) => {
    if (person === null) return false;
    if (wanted === "me") return person.isMe;
    return person.id === wanted || String(person.email ?? "").toLowerCase() === wanted.toLowerCase();
  });
}

/** A comment in our form. Only who wrote it decides how far it is believed; what its mark says decides nothing but topic and name. */
export function toComment(node: CommentNode): IssueComment {
  const at = parseInstant(node.createdAt) ?? 0;
  const name = node.user?.displayName ?? node.botActor?.name ?? "unknown";
  const trust = trustOf(node);
  if (!isDerived(node.id)) return { id: node.id, author: name, body: node.body, at, topic: null, trust };
  if (readClaim(node.body) !== undefined) {
    return { id: node.id, author: name, body: node.body, at, topic: CLAIM_TOPIC, trust };
  }
  const { body, topic, author } = readMark(node.body);
  return { id: node.id, author: (trust === "self" ? author : null) ?? name, body, at, topic, trust };
}

/** With a person's own key that person writes as the same user: what Maestro wrote is known by its id. */
function trustOf({ id, user, botActor }: CommentNode): AuthorTrust {
  if (user === null) return botActor === null ? "outsider" : "bot";
  if (user.isMe && isDerived(id)) return "self";
  if (user.app) return "bot";
  return user.active && !user.guest ? "member" : "outsider";
}

/** The links of one issue. A kind that the contract does not know is `related`. */
export function toRelations({ issue }: RelationsAnswer): IssueRelation[] {
  const { parent, children, relations, inverseRelations } = issue;
  const from = { blocks: "blocks", duplicate: "duplicate_of" } as const;
  const to = { blocks: "blocked_by" } as const;
  return [
    ...(parent === null ? [] : [linkTo("parent", parent)]),
    ...children.nodes.map((child) => linkTo("child", child)),
    ...relations.nodes.map(({ type, relatedIssue }) => linkTo(kindIn(from, type), relatedIssue)),
    ...inverseRelations.nodes.map(({ type, issue: other }) => linkTo(kindIn(to, type), other)),
  ];
}

function kindIn(
  kinds: Readonly<Record<string, IssueRelation["kind"] | undefined>>,
  type: string,
): IssueRelation["kind"] {
  return kinds[type] ?? "related";
}

function linkTo(kind: IssueRelation["kind"], { id, identifier, state }: OtherIssueNode): IssueRelation {
  return { kind, issueId: id, identifier, state: state?.name ?? null };
}

/** Linear's 0 means none; it must not come before 1, urgent. */
function priorityOf(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

function numberIn(headers: Headers, name: string): number | null {
  const value = headers.get(name);
  const number = value === null || value.trim() === "" ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
