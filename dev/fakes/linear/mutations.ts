import { randomUUID } from "node:crypto";
import type { Json } from "../shared/json.ts";
import { attachmentMutations } from "./attachment-mutations.ts";
import { changeIssue, createIssue, type IssueInput } from "./issue-changes.ts";
import { findIssue, one } from "./queries.ts";
import { notFound, refusal } from "./refusal.ts";
import type { LinearComment, LinearData, LinearIssue } from "./state.ts";
import { commentView, issueView, labelView, relationView, type Sight, webhookView } from "./views.ts";

/** What a mutation needs beside the data: who, when, and whom to tell. */
export interface Writing {
  readonly sight: Sight;
  readonly at: string;
  /** Marks the call as one with effect and tells subscribers. `null`: nobody is told. */
  changed(resource: string | null, action: "create" | "update" | "remove", id: string, updatedFrom?: Json): void;
}

type Root = Record<string, (given: never) => unknown>;

/** The root of a mutation. */
export function mutationsOf(writing: Writing): Root {
  return {
    ...issueMutations(writing),
    ...labelMutations(writing),
    ...commentMutations(writing),
    ...relationMutations(writing),
    ...attachmentMutations(writing),
    ...webhookMutations(writing),
  };
}

function issueMutations(writing: Writing): Root {
  const { sight } = writing;
  const { data } = sight;
  const payload = (issue: LinearIssue) => success(data, "IssuePayload", { issue: issueView(sight, issue) });
  const archive = (id: string, archivedAt: string | null, trashed: boolean) => {
    const issue = findIssue(data, id);
    const updatedFrom = { archivedAt: issue.archivedAt };
    Object.assign(issue, { archivedAt, trashed, updatedAt: writing.at });
    writing.changed("Issue", trashed ? "remove" : "update", issue.id, updatedFrom);
    return success(data, "IssueArchivePayload", { entity: issueView(sight, issue) });
  };
  return {
    issueCreate: ({ input }: { input: IssueInput }) => payload(createIssue(writing, input)),
    issueUpdate: ({ id, input }: { id: string; input: IssueInput }) =>
      payload(changeIssue(writing, findIssue(data, id), input)),
    issueBatchUpdate: ({ ids, input }: { ids: string[]; input: IssueInput }) => {
      const issues = ids.map((id) => findIssue(data, id)).map((issue) => changeIssue(writing, issue, input));
      return success(data, "IssueBatchPayload", { issues: issues.map((issue) => issueView(sight, issue)) });
    },
    issueArchive: ({ id, trash }: { id: string; trash?: boolean }) => archive(id, writing.at, trash === true),
    issueUnarchive: ({ id }: { id: string }) => archive(id, null, false),
    issueDelete: ({ id, permanentlyDelete }: { id: string; permanentlyDelete?: boolean }) => {
      const result = archive(id, writing.at, true);
      if (permanentlyDelete === true) data.issues.splice(data.issues.indexOf(findIssue(data, id)), 1);
      return result;
    },
  };
}

function labelMutations(writing: Writing): Root {
  const { sight } = writing;
  const { data } = sight;
  const change = (id: string, input: IssueInput) =>
    success(data, "IssuePayload", { issue: issueView(sight, changeIssue(writing, findIssue(data, id), input)) });
  return {
    issueAddLabel: ({ id, labelId }: { id: string; labelId: string }) => change(id, { addedLabelIds: [labelId] }),
    issueRemoveLabel: ({ id, labelId }: { id: string; labelId: string }) => change(id, { removedLabelIds: [labelId] }),
    issueLabelCreate: ({ input }: { input: { id?: string; name: string; teamId?: string } }) => {
      const teamId = input.teamId ?? null;
      const isTaken = data.labels.some((known) => known.teamId === teamId && sameName(known.name, input.name));
      if (isTaken) throw refusal("Duplicate label name", `A label named "${input.name}" already exists.`);
      const label = { id: newId(data.labels, input.id, "IssueLabel"), name: input.name, teamId };
      data.labels.push(label);
      writing.changed("IssueLabel", "create", label.id);
      return success(data, "IssueLabelPayload", { issueLabel: labelView(sight, label) });
    },
  };
}

function commentMutations(writing: Writing): Root {
  const { sight, at } = writing;
  const { data } = sight;
  const payload = (comment: LinearComment) => success(data, "CommentPayload", { comment: commentView(sight, comment) });
  return {
    commentCreate: ({ input }: { input: { id?: string; issueId?: string; body?: string; parentId?: string } }) => {
      if (input.body === undefined) throw refusal("Argument Validation Error", "body must be defined.");
      if (input.issueId === undefined) throw refusal("Argument Validation Error", "issueId must be defined.");
      const comment: LinearComment = {
        id: newId(data.comments, input.id, "Comment"),
        issueId: findIssue(data, input.issueId).id,
        userId: sight.viewerId,
        parentId: input.parentId === undefined ? null : one(data.comments, input.parentId, "Comment").id,
        body: input.body,
        ...{ createdAt: at, updatedAt: at, editedAt: null, resolvedAt: null },
      };
      data.comments.push(comment);
      writing.changed("Comment", "create", comment.id);
      return payload(comment);
    },
    commentUpdate: ({ id, input }: { id: string; input: { body?: string } }) => {
      const comment = one(data.comments, id, "Comment");
      const updatedFrom = { body: comment.body };
      Object.assign(comment, { body: input.body ?? comment.body, updatedAt: at, editedAt: at });
      writing.changed("Comment", "update", id, updatedFrom);
      return payload(comment);
    },
    commentResolve: ({ id }: { id: string }) => {
      const comment = one(data.comments, id, "Comment");
      Object.assign(comment, { resolvedAt: at, updatedAt: at });
      writing.changed("Comment", "update", id, { resolvedAt: null });
      return payload(comment);
    },
    commentDelete: ({ id }: { id: string }) => remove(writing, data.comments, id, "Comment"),
  };
}

function relationMutations(writing: Writing): Root {
  const { sight, at } = writing;
  const { data } = sight;
  return {
    issueRelationCreate: ({
      input,
    }: {
      input: { id?: string; issueId: string; relatedIssueId: string; type: string };
    }) => {
      const relation = {
        id: newId(data.relations, input.id, "IssueRelation"),
        type: input.type,
        issueId: findIssue(data, input.issueId).id,
        relatedIssueId: findIssue(data, input.relatedIssueId).id,
        createdAt: at,
      };
      if (relation.issueId === relation.relatedIssueId)
        throw refusal("Invalid relation", "An issue cannot relate to itself.");
      data.relations.push(relation);
      writing.changed("IssueRelation", "create", relation.id);
      return success(data, "IssueRelationPayload", { issueRelation: relationView(sight, relation) });
    },
    issueRelationDelete: ({ id }: { id: string }) => remove(writing, data.relations, id, "IssueRelation"),
  };
}

function webhookMutations(writing: Writing): Root {
  const { sight, at } = writing;
  const { data } = sight;
  return {
    webhookCreate: ({ input }: { input: { url: string; resourceTypes: string[] } & Json }) => {
      const webhook = {
        id: newId(data.webhooks, input.id, "Webhook"),
        url: input.url,
        secret: typeof input.secret === "string" ? input.secret : `lin_wh_${randomUUID()}`,
        label: typeof input.label === "string" ? input.label : null,
        enabled: input.enabled !== false,
        resourceTypes: input.resourceTypes,
        teamId: typeof input.teamId === "string" ? one(data.teams, input.teamId, "Team").id : null,
        createdAt: at,
      };
      if (webhook.teamId === null && input.allPublicTeams !== true) {
        throw refusal("Argument Validation Error", "Either teamId or allPublicTeams must be given.");
      }
      data.webhooks.push(webhook);
      writing.changed(null, "create", webhook.id);
      return success(data, "WebhookPayload", { webhook: webhookView(sight, webhook) });
    },
    webhookDelete: ({ id }: { id: string }) => remove(writing, data.webhooks, id, null),
  };
}

/** A chosen id makes a repeated creation fail instead of making a second one. */
export function newId(list: readonly { id: string }[], chosen: unknown, entity: string): string {
  if (typeof chosen !== "string") return randomUUID();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(chosen)) {
    throw refusal("Argument Validation Error", "id must be a UUID.");
  }
  if (list.some(({ id }) => id === chosen)) {
    throw refusal(`conflict on insert of ${entity}`, `A ${entity} with this id already exists.`);
  }
  return chosen;
}

export function success(data: LinearData, __typename: string, more: Json): Json {
  return { __typename, success: true, lastSyncId: data.syncId, ...more };
}

export function remove(writing: Writing, list: { id: string }[], id: string, resource: string | null): Json {
  const index = list.findIndex((known) => known.id === id);
  if (index === -1) throw notFound(resource ?? "Webhook");
  list.splice(index, 1);
  writing.changed(resource, "remove", id);
  return success(writing.sight.data, "DeletePayload", { entityId: id });
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
