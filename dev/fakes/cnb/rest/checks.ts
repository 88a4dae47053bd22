import type { Reply } from "../../shared/http.ts";
import { overallState } from "../mergeability.ts";
import type { CnbBuild, CnbStatus } from "../state.ts";
import { at, webOf } from "../views.ts";
import { orThrow } from "../world.ts";
import { type Ask, hereOf, page, pullOf, type Route } from "./ask.ts";

/** Each build has one pipeline with one stage, numbered so. */
const PIPELINE = "pipeline-1";
const STAGE = "0";
const BUILD = { scope: "repo-cnb-history:r" };

/** What CI said, and what it printed. Nothing here writes: only CI itself does. */
export const CHECK_ROUTES: Record<string, Route> = {
  "GET /{repo}/-/pulls/{number}/commit-statuses": { scope: "repo-pr:r", answer: statuses },
  "GET /{repo}/-/build/logs": { ...BUILD, query: ["sourceRef", "sha", "sn"], answer: builds },
  "GET /{repo}/-/build/status/{sn}": { ...BUILD, answer: buildStatus },
  "GET /{repo}/-/build/logs/stage/{sn}/{pipeline}/{stage}": { ...BUILD, answer: stageLog },
};

function statuses(ask: Ask): Reply {
  const { headSha, repoId } = pullOf(ask);
  const own = ask.data.statuses.filter((one) => one.repoId === repoId && one.sha === headSha);
  const shown = own.slice(0, ask.call.keep ?? own.length);
  const state = overallState(own.map((one) => one.state));
  return { status: 200, body: { sha: headSha, state, statuses: shown.map(statusView) } };
}

function builds(ask: Ask): Reply {
  const repo = hereOf(ask);
  const wanted = (name: string, value: string) => (ask.query.get(name) ?? value) === value;
  const own = ask.data.builds.filter(
    (build) =>
      build.repoId === repo.id &&
      wanted("sourceRef", build.sourceRef) &&
      wanted("sha", build.sha) &&
      wanted("sn", build.sn),
  );
  const view = (build: CnbBuild) => ({
    ...{ sn: build.sn, status: build.state, title: build.context, commitTitle: "", sourceRef: build.sourceRef },
    ...{ sha: build.sha, event: "pull_request", eventUrl: "", createTime: at(build.createdAt), duration: 0 },
    buildLogUrl: `${webOf(repo)}/-/build/logs/${build.sn}`,
    pipelineTotalCount: 1,
  });
  return { status: 200, body: { data: page(ask, own.toReversed(), view) } };
}

function buildStatus(ask: Ask): Reply {
  const { state: status, context } = buildOf(ask);
  const stages = [{ id: STAGE, name: context, status, duration: 0 }];
  const pipeline = { name: PIPELINE, status, duration: 0, labels: {}, stages };
  return { status: 200, body: { status, pipelinesStatus: { [PIPELINE]: pipeline } } };
}

function stageLog(ask: Ask): Reply {
  const { state: status, context, log } = buildOf(ask);
  orThrow(ask.params.pipeline === PIPELINE && ask.params.stage === STAGE ? true : undefined);
  return { status: 200, body: { name: context, status, content: log, error: "" } };
}

function buildOf(ask: Ask): CnbBuild {
  const { id } = hereOf(ask);
  return orThrow(ask.data.builds.find(({ sn, repoId }) => sn === ask.params.sn && repoId === id));
}

function statusView(status: CnbStatus) {
  return {
    context: status.context,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    created_at: at(status.createdAt),
    updated_at: at(status.updatedAt),
  };
}
