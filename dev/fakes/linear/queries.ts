import type { Json } from "../shared/json.ts";
import { connect, type PageArguments } from "./connection.ts";
import type { RateLimit } from "./rate-limit.ts";
import { notFound } from "./refusal.ts";
import { identifierOf, type LinearData, type LinearIssue } from "./state.ts";
import {
  attachmentView,
  commentView,
  issueView,
  labelView,
  projectView,
  type Sight,
  stateView,
  teamView,
  userView,
  webhookView,
} from "./views.ts";

type Root = Record<string, (given: never) => unknown>;

/** The root of a query, over the data as this reader sees it. */
export function queriesOf(sight: Sight, key: string, limit: RateLimit, keep?: number): Root {
  const { data } = sight;
  return {
    ...listsOf(sight, keep),
    viewer: () => userView(sight, one(data.users, sight.viewerId, "User")),
    organization: () => ({ __typename: "Organization", ...data.organization }),
    issue: ({ id }: { id: string }) => issueView(sight, findIssue(data, id)),
    issueVcsBranchSearch: ({ branchName }: { branchName: string }) =>
      data.issues.map((issue) => issueView(sight, issue)).find((view) => view.branchName === branchName) ?? null,
    team: ({ id }: { id: string }) => teamView(sight, findTeam(data, id)),
    project: ({ id }: { id: string }) => {
      const project = data.projects.find((known) => known.id === id || known.slugId === id);
      return projectView(sight, project ?? one(data.projects, id, "Project"));
    },
    user: ({ id }: { id: string }) => userView(sight, one(data.users, id === "me" ? sight.viewerId : id, "User")),
    comment: ({ id }: { id?: string }) => commentView(sight, one(data.comments, id, "Comment")),
    rateLimitStatus: (): Json => ({
      __typename: "RateLimitPayload",
      kind: "apiKey",
      identifier: sight.viewerId,
      limits: limit.status(key).map((status) => ({ __typename: "RateLimitResultPayload", ...status })),
    }),
  };
}

function listsOf(sight: Sight, keep: number | undefined): Root {
  const { data } = sight;
  const list =
    <T>(items: readonly T[], view: (sight: Sight, item: T) => Json) =>
    (page: PageArguments) =>
      connect(
        items.map((item) => view(sight, item)),
        page,
        keep,
      );
  return {
    issues: list(data.issues, issueView),
    teams: list(data.teams, teamView),
    workflowStates: list(data.states, stateView),
    issueLabels: list(data.labels, labelView),
    projects: list(data.projects, projectView),
    users: list(data.users, userView),
    comments: list(data.comments, commentView),
    webhooks: list(data.webhooks, webhookView),
    attachmentsForURL: (page: PageArguments & { url: string }) =>
      list(
        data.attachments.filter(({ url }) => url === page.url),
        attachmentView,
      )(page),
  };
}

/** By UUID or by identifier (`ENG-1`), whichever case. */
export function findIssue(data: LinearData, id: string): LinearIssue {
  const wanted = id.toUpperCase();
  const issue = data.issues.find((known) => known.id === id || identifierOf(data, known) === wanted);
  if (issue === undefined) throw notFound("Issue");
  return issue;
}

/** By UUID or key. */
export function findTeam(data: LinearData, id: string): LinearData["teams"][number] {
  const team = data.teams.find((known) => known.id === id || known.key === id);
  if (team === undefined) throw notFound("Team");
  return team;
}

export function one<T extends { id: string }>(list: readonly T[], id: string | null | undefined, entity: string): T {
  const found = list.find((known) => known.id === id);
  if (found === undefined) throw notFound(entity);
  return found;
}
