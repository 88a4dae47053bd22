import type { Blocker, Issue, IssueComment } from "../../model/issue.ts";
import { normaliseLabels, parseInstant } from "../../model/issue.ts";
import { ENTITIES, type Entity, identifierOf, issueIdOf, type ItemRef } from "./entities.ts";
import { readClaim, readComment, readDescription } from "./marks.ts";
import type { TapdSettings } from "./options.ts";
import type { Comment, Item, StatusTable, WorkitemType } from "./schema.ts";
import { validateWorkitemType } from "./schema.gen.ts";
import { readInstant } from "./zone.ts";

// TAPD's answers in our words. Pure.

/** A story or a bug as TAPD shows it. */
export interface Found {
  readonly entity: Entity;
  readonly item: Item;
}

/** Urgency by TAPD's label, as workspaces begin with it in either language. */
const PRIORITIES: Readonly<Record<Entity, readonly (readonly [string, number])[]>> = {
  story: [
    ...[["High", 1] as const, ["Middle", 2] as const, ["Low", 3] as const, ["Nice To Have", 4] as const],
    ...[["高", 1] as const, ["中", 2] as const, ["低", 3] as const, ["无关紧要", 4] as const],
  ],
  bug: [
    ...[["urgent", 1] as const, ["high", 2] as const, ["medium", 3] as const, ["low", 4] as const],
    ...[["insignificant", 5] as const, ["紧急", 1] as const, ["高", 2] as const, ["中", 3] as const],
    ...[["低", 4] as const, ["无关紧要", 5] as const],
  ],
};

/** What a comment that is kept for a claim has as its topic. */
export const CLAIM_TOPIC = "claim";

/** What an item is called. */
export function refTo({ entity, item }: Found): ItemRef {
  return { entity, id: item.id };
}

/** The item's title; empty when it has none. */
export function titleOf({ entity, item }: Found): string {
  return item[ENTITIES[entity].title] ?? "";
}

/** An item with what blocks it. */
export function toIssue(found: Found, blockedBy: readonly Blocker[], settings: TapdSettings): Issue {
  const { item } = found;
  const ref = refTo(found);
  const description = readDescription(item.description ?? "");
  const labels = labelsOf(found);
  return {
    id: issueIdOf(ref),
    nativeRef: { workspace_id: settings.workspaceId, entity: ref.entity, type_id: item.workitem_type_id ?? null },
    identifier: identifierOf(ref),
    title: titleOf(found),
    description: description.trim() === "" ? null : description,
    priority: priorityOf(found),
    state: item.status,
    branchName: null,
    url: addressOf(ref, settings),
    assigneeId: ownersOf(found)[0] ?? null,
    labels: normaliseLabels(labels),
    blockedBy,
    dispatchable: isOurs(found, settings) && hasLabels(found, settings),
    createdAt: readInstant(item.created, settings.zone) ?? parseInstant(item.created),
    updatedAt: readInstant(item.modified, settings.zone) ?? parseInstant(item.modified),
  };
}

/** Labels as they are spelt there. */
export function labelsOf({ item }: Found): string[] {
  return (item.label ?? "").split("|").filter((label) => label.trim() !== "");
}

/** Whether an item carries all labels that the options ask for. */
export function hasLabels(found: Found, { labels }: TapdSettings): boolean {
  const present = new Set(normaliseLabels(labelsOf(found)));
  return labels.every((label) => present.has(label));
}

/** What TAPD calls an urgency; `undefined` when it has no such. */
export function priorityLabel(entity: Entity, priority: number): string | undefined {
  return PRIORITIES[entity].find(([, number]) => number === priority)?.[0];
}

/** A comment in our form. Only who wrote it decides how far it is believed. */
export function toComment(comment: Comment, settings: TapdSettings): IssueComment {
  const author = comment.author?.replace(/;$/, "").trim() || "unknown";
  const at = readInstant(comment.created, settings.zone) ?? parseInstant(comment.created) ?? 0;
  const html = comment.description ?? "";
  const read = readComment(html);
  const isClaim = readClaim(html) !== undefined;
  // Only members of a workspace see it. Our account may write under a person's name: what has no mark of ours is that person's.
  if (author !== settings.author || (read.author === null && read.topic === null && !isClaim)) {
    return { id: comment.id, author, body: read.body, at, topic: null, trust: "member" };
  }
  return {
    ...read,
    id: comment.id,
    author: read.author ?? author,
    at,
    topic: isClaim ? CLAIM_TOPIC : read.topic,
    trust: "self",
  };
}

/** A table of statuses; TAPD writes an empty one as a list. */
export function tableOf(table: StatusTable): Map<string, string> {
  return new Map(Array.isArray(table) ? [] : Object.entries(table));
}

/** The types among rows; what is none is left out. */
export function typesIn(rows: readonly unknown[]): WorkitemType[] {
  return rows.flatMap((row): WorkitemType[] => {
    const type: unknown = typeof row === "object" && row !== null ? Object.values(row)[0] : undefined;
    return validateWorkitemType(type) ? [type] : [];
  });
}

/** Lower is more urgent; `null` for a label that a workspace made up. */
export function priorityOf({ entity, item }: Found): number | null {
  const label = item.priority_label || item.priority;
  return PRIORITIES[entity].find(([name]) => name === label)?.[1] ?? null;
}

function ownersOf({ entity, item }: Found): string[] {
  return (item[ENTITIES[entity].owner] ?? "")
    .split(";")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function isOurs(found: Found, { owner, candidateIds }: TapdSettings): boolean {
  const ref = refTo(found);
  const names = [ref.id, issueIdOf(ref), identifierOf(ref)];
  if (candidateIds !== null && !candidateIds.some((id) => names.includes(id))) return false;
  return owner === null || ownersOf(found).includes(owner);
}

function addressOf({ entity, id }: ItemRef, { webUrl, workspaceId }: TapdSettings): string {
  const place = entity === "story" ? "prong/stories/view" : "bugtrace/bugs/view";
  return `${webUrl}/${workspaceId}/${place}/${id}`;
}
