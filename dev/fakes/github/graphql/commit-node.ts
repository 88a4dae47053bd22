import type { Json } from "../../shared/json.ts";
import { outcomesOn, rulesOf } from "../requirements.ts";
import type { GithubCheckRun, GithubPull, GithubRepo } from "../state.ts";
import { at, atOrNull } from "../views.ts";
import type { Asking } from "./answer.ts";
import { connect, type PageArguments } from "./connection.ts";

export function commitNode(asking: Asking, repo: GithubRepo, pull: GithubPull, oid: string): Json {
  const isChecked = outcomesOn(asking.data, repo, oid).length > 0;
  const message = () => asking.world.git(repo).git(["show", "--no-patch", "--format=%s", oid]);
  return {
    ...{ __typename: "Commit", id: `C_${oid}`, oid, messageHeadline: message },
    statusCheckRollup: isChecked ? rollup(asking, repo, pull, oid) : null,
  };
}

/** Checks and statuses in one list. */
function rollup(asking: Asking, repo: GithubRepo, pull: GithubPull, oid: string): Json {
  const { data } = asking;
  const required = rulesOf(repo, pull.base).flatMap((rule) => rule.requiredChecks);
  const runs = data.checkRuns.filter(({ repoId, sha }) => repoId === repo.id && sha === oid);
  const latest = [...new Map(runs.map((run) => [run.name, run])).values()];
  const statuses = data.statuses.filter(({ repoId, sha }) => repoId === repo.id && sha === oid);
  const contexts = [
    ...latest.map((run) => ({ ...runNode(asking, run), isRequired: () => required.includes(run.name) })),
    ...[...new Map(statuses.map((status) => [status.context, status])).values()].map((status) => ({
      ...{
        __typename: "StatusContext",
        id: `SC_${status.id}`,
        context: status.context,
        state: status.state.toUpperCase(),
      },
      ...{ targetUrl: status.targetUrl, description: status.description, createdAt: at(status.createdAt) },
      isRequired: () => required.includes(status.context),
    })),
  ];
  const states = outcomesOn(data, repo, oid).map(({ state }) => state);
  const worst = states.includes("failure") ? "FAILURE" : states.includes("pending") ? "PENDING" : "SUCCESS";
  return {
    ...{ __typename: "StatusCheckRollup", id: `SCR_${oid}`, state: worst },
    contexts: (page: PageArguments) => connect(contexts, page, "contexts"),
  };
}

function runNode({ data }: Asking, run: GithubCheckRun): Json {
  const app = data.apps.find(({ id }) => id === run.appId);
  const slug = app?.slug ?? `app-${run.appId}`;
  return {
    ...{
      __typename: "CheckRun",
      id: `CR_${run.id}`,
      databaseId: run.id,
      name: run.name,
      status: run.status.toUpperCase(),
    },
    ...{
      conclusion: run.conclusion?.toUpperCase() ?? null,
      startedAt: at(run.startedAt),
      completedAt: atOrNull(run.completedAt),
    },
    ...{ detailsUrl: run.detailsUrl, title: run.title, summary: run.summary, text: run.text },
    checkSuite: {
      ...{ __typename: "CheckSuite", id: `CS_${run.suiteId}`, databaseId: run.suiteId, workflowRun: null },
      app: { __typename: "App", id: `A_${run.appId}`, slug, name: slug, databaseId: run.appId },
    },
  };
}
