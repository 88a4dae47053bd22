import { secondsIsoOf } from "../../shared/clock.ts";
import type { Json } from "../../shared/json.ts";
import { permissionOn } from "../identity.ts";
import type { RateLimit } from "../rate-limit.ts";
import { atLeast, type GithubRepo } from "../state.ts";
import { findRepo } from "../world.ts";
import { actorNode } from "./actors.ts";
import type { Asking } from "./answer.ts";
import { unresolved } from "./failure.ts";
import { issueNode, itemNode, projectNode } from "./issue-node.ts";
import { pullNode, reviewNode } from "./pull-node.ts";
import { repositoryNode } from "./repository-node.ts";
import { threadNode } from "./thread-node.ts";

type Root = Record<string, (given: never) => unknown>;

/** The root of a query. */
export function queries(asking: Asking, limit: RateLimit, caller: string | null): Root {
  const { data, actor } = asking;
  return {
    viewer: () => actorNode(data, actor),
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const repo = findRepo(data, owner, name);
      if (repo === undefined || !canSee(asking, repo))
        throw unresolved(`a Repository with the name '${owner}/${name}'`);
      return repositoryNode(asking, repo);
    },
    organization: ({ login }: { login: string }) => {
      if (!data.users.some((user) => user.login === login))
        throw unresolved(`an Organization with the login of '${login}'`);
      return { ...actorNode(data, login), ...ownerOfBoards(asking, login), __typename: "Organization" };
    },
    user: ({ login }: { login: string }) => {
      if (!data.users.some((user) => user.login === login)) throw unresolved(`a User with the login of '${login}'`);
      return { ...actorNode(data, login), ...ownerOfBoards(asking, login), __typename: "User" };
    },
    node: ({ id }: { id: string }) => findNode(asking, id),
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => findNode(asking, id)),
    rateLimit: () => {
      const { limit: most, remaining, used, reset } = limit.status(caller, "graphql");
      const resetAt = secondsIsoOf(reset * 1000);
      return {
        __typename: "RateLimit",
        limit: most,
        cost: 1,
        remaining: Math.max(0, remaining - 1),
        used: used + 1,
        resetAt,
        nodeCount: 0,
      };
    },
  };
}

function ownerOfBoards(asking: Asking, login: string): Json {
  return {
    projectV2: ({ number }: { number: number }) => {
      const project = asking.data.projects.find((one) => one.owner === login && one.number === number);
      if (project === undefined) throw unresolved(`a ProjectV2 with the number ${number}`);
      return projectNode(asking, project);
    },
  };
}

export function canSee({ who }: Asking, repo: GithubRepo): boolean {
  return atLeast(permissionOn(who, repo), "read");
}

/** By global id: `I_1`, `PR_2`, `PRRT_3`, `PRR_4`, `PVT_5`, `PVTI_6`, `R_7`. */
function findNode(asking: Asking, id: string): Json {
  const { data } = asking;
  const [prefix = "", digits = ""] = id.split("_");
  const number = Number(digits);
  const node = find(asking, prefix, number);
  const isHidden = (node === undefined ? undefined : repoIdOf(asking, prefix, number)) ?? 0;
  const repo = data.repos.find((one) => one.id === isHidden);
  if (node === undefined || (repo !== undefined && !canSee(asking, repo)))
    throw unresolved(`a node with the global id of '${id}'`);
  return node;
}

function find(asking: Asking, prefix: string, id: number): Json | undefined {
  const { data } = asking;
  const pick = <T extends { id: number }>(list: readonly T[], view: (one: T) => Json) => {
    const found = list.find((one) => one.id === id);
    return found && view(found);
  };
  switch (prefix) {
    case "I":
      return pick(
        data.issues.filter(({ isPull }) => !isPull),
        (issue) => issueNode(asking, issue),
      );
    case "PR":
      return pick(
        data.issues.filter(({ isPull }) => isPull),
        (issue) => pullNode(asking, issue),
      );
    case "PRRT":
      return pick(data.threads, (thread) => threadNode(asking, thread));
    case "PRR":
      return pick(data.reviews, (review) => reviewNode(asking, review));
    case "PVT":
      return pick(data.projects, (project) => projectNode(asking, project));
    case "PVTI":
      return data.projects
        .map((project) => pick(project.items, (item) => itemNode(asking, project, item)))
        .find(Boolean);
    case "R":
      return pick(data.repos, (repo) => repositoryNode(asking, repo));
    default:
      return undefined;
  }
}

function repoIdOf({ data }: Asking, prefix: string, id: number): number | undefined {
  if (prefix === "R") return id;
  const part = data.threads.find((one) => one.id === id) ?? data.reviews.find((one) => one.id === id);
  return data.issues.find((issue) => issue.id === (part?.pullId ?? id))?.repoId;
}
