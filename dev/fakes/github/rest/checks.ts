import type { Reply } from "../../shared/http.ts";
import { isJson, type Json } from "../../shared/json.ts";
import { invalidField, notFound, Refusal } from "../refusal.ts";
import type { GithubCheckRun, GithubRepo, GithubStatus } from "../state.ts";
import { at, atOrNull, repoView, userView } from "../views.ts";
import { changed } from "../webhooks.ts";
import { orThrow } from "../world.ts";
import { type Ask, page, type Route, repoOf, text } from "./ask.ts";
import { commitView } from "./commit-views.ts";

export const CHECK_ROUTES: Record<string, Route> = {
  "GET /repos/{owner}/{repo}/commits/{ref}": (ask) => {
    const repo = repoOf(ask);
    return { status: 200, body: commitView(ask, repo, shaOf(ask, repo)) };
  },
  "GET /repos/{owner}/{repo}/commits/{ref}/status": combinedStatus,
  "GET /repos/{owner}/{repo}/commits/{ref}/statuses": (ask) => {
    const repo = repoOf(ask);
    return page(ask, statusesOn(ask, repo).reverse(), (status) => statusView(ask, repo, status));
  },
  "POST /repos/{owner}/{repo}/statuses/{sha}": createStatus,
  "GET /repos/{owner}/{repo}/commits/{ref}/check-runs": (ask) => {
    const repo = repoOf(ask);
    const name = ask.query.get("check_name");
    const runs = runsOn(ask, repo).filter((run) => name === null || run.name === name);
    const latest =
      ask.query.get("filter") === "all"
        ? runs
        : runs.filter((run) => !runs.some((one) => one.name === run.name && one.id > run.id));
    return page(ask, latest, (run) => runView(ask, repo, run), "check_runs");
  },
  "GET /repos/{owner}/{repo}/commits/{ref}/check-suites": (ask) => {
    const repo = repoOf(ask);
    const runs = runsOn(ask, repo);
    const ids = [...new Set(runs.map(({ suiteId }) => suiteId))];
    return page(
      ask,
      ids,
      (id) =>
        suiteView(
          ask,
          repo,
          runs.filter(({ suiteId }) => suiteId === id),
        ),
      "check_suites",
    );
  },
  "POST /repos/{owner}/{repo}/check-runs": (ask) => {
    const repo = repoOf(ask, "write", "checks");
    const appId = appOf(ask);
    const { body, world } = ask;
    const sha = text(body, "head_sha") ?? "";
    if (world.git(repo).resolve(sha) === undefined) throw new Refusal(422, `No commit found for SHA: ${sha}`);
    const { now } = world;
    const suite = ask.data.checkRuns.find((run) => run.repoId === repo.id && run.sha === sha && run.appId === appId);
    const run: GithubCheckRun = {
      ...{ id: world.nextId(), repoId: repo.id, suiteId: suite?.suiteId ?? world.nextId(), appId, sha },
      ...{ name: text(body, "name") ?? "", status: "queued", conclusion: null, startedAt: now, completedAt: null },
      ...{ detailsUrl: null, externalId: null, title: null, summary: null, text: null, annotations: [], log: null },
    };
    ask.data.checkRuns.push(run);
    return { status: 201, body: applyRun(ask, repo, run, "created") };
  },
  "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}": (ask) => {
    const repo = repoOf(ask, "write", "checks");
    appOf(ask);
    const run = runOf(ask, repo);
    return {
      status: 200,
      body: applyRun(
        ask,
        repo,
        run,
        ask.body.status === "completed" || ask.body.conclusion !== undefined ? "completed" : "requested_action",
      ),
    };
  },
  "GET /repos/{owner}/{repo}/check-runs/{check_run_id}": (ask) => {
    const repo = repoOf(ask);
    return { status: 200, body: runView(ask, repo, runOf(ask, repo)) };
  },
  "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations": (ask) => {
    const repo = repoOf(ask);
    return page(ask, runOf(ask, repo).annotations, (annotation) => annotation);
  },
  "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs": (ask) => {
    const repo = repoOf(ask);
    const run = ask.data.checkRuns.find(({ id, repoId }) => repoId === repo.id && id === Number(ask.params.job_id));
    if (run === undefined || run.log === null) throw notFound();
    return { status: 302, headers: { location: `${ask.call.request.origin}/_logs/${run.id}` } };
  },
};

function appOf({ who }: Ask): number {
  if (who.kind !== "token" || who.token.appId === null)
    throw new Refusal(403, "You must authenticate via a GitHub App.");
  return who.token.appId;
}

function shaOf(ask: Ask, repo: GithubRepo): string {
  const ref = ask.params.ref ?? "";
  const git = ask.world.git(repo);
  const sha = git.head(ref) ?? git.resolve(ref);
  if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  return sha;
}

function runsOn(ask: Ask, repo: GithubRepo): GithubCheckRun[] {
  const sha = shaOf(ask, repo);
  return ask.data.checkRuns.filter((run) => run.repoId === repo.id && run.sha === sha);
}

function runOf({ data, params }: Ask, repo: GithubRepo): GithubCheckRun {
  return orThrow(data.checkRuns.find(({ id, repoId }) => repoId === repo.id && id === Number(params.check_run_id)));
}

function statusesOn(ask: Ask, repo: GithubRepo): GithubStatus[] {
  const sha = shaOf(ask, repo);
  return ask.data.statuses.filter((status) => status.repoId === repo.id && status.sha === sha);
}

/** `pending` also when there is no status at all: `total_count` tells the difference. */
function combinedStatus(ask: Ask): Reply {
  const repo = repoOf(ask);
  const latest = [...new Map(statusesOn(ask, repo).map((status) => [status.context, status])).values()];
  const states = latest.map(({ state }) => state);
  const worst = states.some((state) => state === "failure" || state === "error") ? "failure" : "pending";
  const state = states.length > 0 && states.every((one) => one === "success") ? "success" : worst;
  const sha = shaOf(ask, repo);
  const statuses = page(ask, latest, (status) => statusView(ask, repo, status));
  const body = {
    state,
    sha,
    statuses: statuses.body,
    total_count: latest.length,
    repository: repoView(ask.data, repo),
  };
  return { ...statuses, body };
}

function createStatus(ask: Ask): Reply {
  const repo = repoOf(ask, "write", "statuses");
  const { body, world } = ask;
  const sha = world.git(repo).resolve(ask.params.sha ?? "");
  if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${ask.params.sha}`);
  const state = text(body, "state") as GithubStatus["state"] | undefined;
  if (state === undefined) throw invalidField("Status", "state", "missing_field");
  const status: GithubStatus = {
    ...{ id: world.nextId(), repoId: repo.id, sha, state, context: text(body, "context") ?? "default" },
    ...{ description: text(body, "description") ?? null, targetUrl: text(body, "target_url") ?? null },
    ...{ creator: ask.actor, createdAt: world.now },
  };
  ask.data.statuses.push(status);
  changed(ask, repo, "status", { ...statusView(ask, repo, status), sha });
  return { status: 201, body: statusView(ask, repo, status) };
}

function statusView({ data }: Ask, repo: GithubRepo, status: GithubStatus): Json {
  const { id, state, context, description, targetUrl, createdAt } = status;
  const url = `https://api.github.com/repos/${repo.owner}/${repo.name}/statuses/${status.sha}`;
  const times = { created_at: at(createdAt), updated_at: at(createdAt) };
  return {
    id,
    node_id: `SC_${id}`,
    url,
    state,
    context,
    description,
    target_url: targetUrl,
    ...times,
    creator: userView(data, status.creator),
  };
}

/** What a request says about a check run, put on record. */
function applyRun(ask: Ask, repo: GithubRepo, run: GithubCheckRun, action: string): Json {
  const { body, world } = ask;
  const conclusion = text(body, "conclusion");
  if (body.status === "completed" && conclusion === undefined)
    throw invalidField("CheckRun", "conclusion", "missing_field");
  run.status = conclusion === undefined ? (text(body, "status") ?? run.status) : "completed";
  if (conclusion !== undefined) Object.assign(run, { conclusion, completedAt: world.now });
  run.detailsUrl = text(body, "details_url") ?? run.detailsUrl;
  run.externalId = text(body, "external_id") ?? run.externalId;
  const output = isJson(body.output) ? body.output : {};
  run.title = text(output, "title") ?? run.title;
  run.summary = text(output, "summary") ?? run.summary;
  run.text = text(output, "text") ?? run.text;
  run.log = run.text;
  const added = (Array.isArray(output.annotations) ? output.annotations : []).filter(isJson);
  run.annotations.push(
    ...added.map((one) => ({
      start_column: null,
      end_column: null,
      title: null,
      raw_details: null,
      blob_href: "",
      ...one,
    })),
  );
  const view = runView(ask, repo, run);
  changed(ask, repo, `check_run.${run.status === "completed" ? "completed" : action}`, { check_run: view });
  return view;
}

export function runView({ data }: Pick<Ask, "data">, repo: GithubRepo, run: GithubCheckRun): Json {
  const url = `https://api.github.com/repos/${repo.owner}/${repo.name}/check-runs/${run.id}`;
  const { title, summary } = run;
  return {
    id: run.id,
    node_id: `CR_${run.id}`,
    name: run.name,
    head_sha: run.sha,
    external_id: run.externalId ?? "",
    status: run.status,
    conclusion: run.conclusion,
    started_at: at(run.startedAt),
    completed_at: atOrNull(run.completedAt),
    output: {
      title,
      summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    details_url: run.detailsUrl,
    check_suite: { id: run.suiteId },
    app: appView(data, run.appId),
    pull_requests: [],
    url,
    html_url: `https://github.com/${repo.owner}/${repo.name}/runs/${run.id}`,
  };
}

function appView(data: Ask["data"], appId: number | null): Json | null {
  if (appId === null) return null;
  const slug = data.apps.find(({ id }) => id === appId)?.slug ?? `app-${appId}`;
  return {
    id: appId,
    slug,
    name: slug,
    node_id: `A_${appId}`,
    owner: userView(data, data.repos[0]?.owner ?? ""),
    permissions: {},
    events: [],
    external_url: "",
    html_url: "",
    created_at: at(0),
    updated_at: at(0),
    description: null,
  };
}

function suiteView(ask: Ask, repo: GithubRepo, runs: readonly GithubCheckRun[]): Json {
  const [first] = runs;
  const isDone = runs.every(({ status }) => status === "completed");
  const bad = runs.find(({ conclusion }) => !["success", "neutral", "skipped"].includes(conclusion ?? ""));
  return {
    id: first?.suiteId,
    node_id: `CS_${first?.suiteId}`,
    head_sha: first?.sha,
    status: isDone ? "completed" : "in_progress",
    conclusion: isDone ? (bad?.conclusion ?? "success") : null,
    app: appView(ask.data, first?.appId ?? null),
    repository: repoView(ask.data, repo),
    latest_check_runs_count: runs.length,
    pull_requests: [],
  };
}
