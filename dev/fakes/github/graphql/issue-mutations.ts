import type { Json } from "../../shared/json.ts";
import { setValue } from "../rest/projects.ts";
import { addBlocker, addSubIssue } from "../rest/relations.ts";
import type { GithubIssue, GithubProject } from "../state.ts";
import { issueById, repoById } from "../world.ts";
import type { Asking } from "./answer.ts";
import { Failure, unresolved } from "./failure.ts";
import { issueNode, itemNode } from "./issue-node.ts";
import { type Given, mayWrite, type Root } from "./mutations.ts";
import { canSee } from "./queries.ts";

function issueBy(asking: Asking, id: string): GithubIssue {
  const issue = asking.world.data.issues.find((one) => `${one.isPull ? "PR" : "I"}_${one.id}` === id);
  if (issue === undefined || !canSee(asking, repoById(asking.world.data, issue.repoId))) {
    throw unresolved(`a node with the global id of '${id}'`);
  }
  return issue;
}

/** Dependencies and sub-issues. */
export function issueMutations(asking: Asking): Root {
  const { data } = asking.world;
  return {
    addBlockedBy: ({ input }: Given<{ issueId: string; blockingIssueId: string }>) => {
      const issue = issueBy(asking, input.issueId);
      const blocker = issueBy(asking, input.blockingIssueId);
      mayWrite(asking, repoById(data, issue.repoId), "AddBlockedBy");
      addBlocker(asking, repoById(data, issue.repoId), issue, blocker);
      return { issue: issueNode(asking, issue), blockingIssue: issueNode(asking, blocker) };
    },
    addSubIssue: ({
      input,
    }: Given<{ issueId: string; subIssueId?: string | null; replaceParent?: boolean | null }>) => {
      const issue = issueBy(asking, input.issueId);
      const child = issueBy(asking, input.subIssueId ?? "");
      mayWrite(asking, repoById(data, issue.repoId), "AddSubIssue");
      addSubIssue(asking, repoById(data, issue.repoId), issue, child, input.replaceParent === true);
      return { issue: issueNode(asking, issue), subIssue: issueNode(asking, child) };
    },
  };
}

interface ValueInput {
  projectId: string;
  itemId: string;
  fieldId: string;
  value: { singleSelectOptionId?: string | null };
}

/** Cards of a board and their fields. */
export function boardMutations(asking: Asking): Root {
  const { world } = asking;
  const projectBy = (id: string): GithubProject => {
    const project = world.data.projects.find((one) => `PVT_${one.id}` === id);
    if (project === undefined) throw unresolved(`a node with the global id of '${id}'`);
    return project;
  };
  const done = (project: GithubProject, item: GithubProject["items"][number]): Json => {
    item.updatedAt = world.now;
    asking.call.effect = true;
    return itemNode(asking, project, item);
  };
  return {
    updateProjectV2ItemFieldValue: ({ input }: Given<ValueInput>) => {
      const project = projectBy(input.projectId);
      const item = project.items.find(({ id }) => `PVTI_${id}` === input.itemId);
      const field = project.fields.find(({ id }) => id === input.fieldId);
      if (item === undefined) throw unresolved(`a node with the global id of '${input.itemId}'`);
      if (field === undefined) throw unresolved(`a node with the global id of '${input.fieldId}'`);
      const optionId = input.value.singleSelectOptionId ?? null;
      if (optionId !== null && !field.options.some(({ id }) => id === optionId)) {
        throw new Failure("VALIDATION", "The single select option Id does not belong to the field");
      }
      setValue(item, field, optionId);
      return { projectV2Item: done(project, item) };
    },
    addProjectV2ItemById: ({ input }: Given<{ projectId: string; contentId: string }>) => {
      const project = projectBy(input.projectId);
      const issue = issueById(world.data, issueBy(asking, input.contentId).id);
      let item = project.items.find(({ contentId }) => contentId === issue.id);
      if (item === undefined) {
        item = {
          id: world.nextId(),
          contentId: issue.id,
          values: {},
          archived: false,
          createdAt: world.now,
          updatedAt: world.now,
        };
        project.items.push(item);
      }
      return { item: done(project, item) };
    },
  };
}
