import { randomBytes } from "node:crypto";
import { secondsIsoOf } from "../../shared/clock.ts";
import type { Json } from "../../shared/json.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { GithubApp, GithubData } from "../state.ts";
import { repoView, userView } from "../views.ts";
import { findRepo, nameOf, orThrow } from "../world.ts";
import { type Ask, page, type Route } from "./ask.ts";

const HOUR_MS = 3_600_000;
const PERMISSIONS = {
  issues: "write",
  pull_requests: "write",
  contents: "write",
  statuses: "write",
  checks: "write",
  metadata: "read",
};

/** Who one is: users, Apps and their installations. */
export const ACCOUNT_ROUTES: Record<string, Route> = {
  "GET /user": (ask) => {
    if (ask.who.kind === "nobody") throw new Refusal(401, "Requires authentication");
    if (ask.who.kind === "app") throw new Refusal(401, "A JSON web token could not be decoded");
    if (ask.who.token.appId !== null) throw new Refusal(403, "Resource not accessible by integration");
    return {
      status: 200,
      body: { ...userView(ask.data, ask.actor), created_at: secondsIsoOf(0), updated_at: secondsIsoOf(0) },
    };
  },
  "GET /users/{username}": (ask) => {
    const login = ask.params.username ?? "";
    if (!ask.data.users.some((user) => user.login === login)) throw notFound();
    return {
      status: 200,
      body: { ...userView(ask.data, login), created_at: secondsIsoOf(0), updated_at: secondsIsoOf(0) },
    };
  },
  "GET /app": (ask) => ({ status: 200, body: appView(ask.data, appOf(ask)) }),
  "GET /app/installations": (ask) => {
    const app = appOf(ask);
    return page(ask, app.installations, (installation) => installationView(ask.data, app, installation));
  },
  "GET /repos/{owner}/{repo}/installation": (ask) => {
    const app = appOf(ask);
    const repo = orThrow(findRepo(ask.data, ask.params.owner ?? "", ask.params.repo ?? ""));
    const installation = orThrow(app.installations.find(({ repos }) => repos.includes(nameOf(repo))));
    return { status: 200, body: installationView(ask.data, app, installation) };
  },
  "POST /app/installations/{installation_id}/access_tokens": createInstallationToken,
  "GET /installation/repositories": (ask) => {
    if (ask.who.kind !== "token" || ask.who.token.appId === null) {
      throw new Refusal(
        403,
        "You must authenticate with an installation access token in order to list repositories for an installation.",
      );
    }
    const { repos } = ask.who.token;
    const list = ask.data.repos.filter((repo) => repos === null || repos.includes(nameOf(repo)));
    return page(ask, list, (repo) => repoView(ask.data, repo), "repositories");
  },
};

function createInstallationToken(ask: Ask) {
  const app = appOf(ask);
  const installation = orThrow(app.installations.find(({ id }) => id === Number(ask.params.installation_id)));
  const wanted = Array.isArray(ask.body.repositories) ? ask.body.repositories.map(String) : undefined;
  const repos = installation.repos.filter((name) => wanted === undefined || wanted.includes(name.split("/")[1] ?? ""));
  if (wanted !== undefined && repos.length < wanted.length) {
    throw new Refusal(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  }
  const token = `ghs_${randomBytes(18).toString("hex")}`;
  const expiresAt = ask.world.now + HOUR_MS;
  ask.data.tokens.push({ token, login: `${app.slug}[bot]`, permission: "write", repos, expiresAt, appId: app.id });
  ask.call.effect = true;
  const body = {
    token,
    expires_at: secondsIsoOf(expiresAt),
    permissions: PERMISSIONS,
    repository_selection: "selected",
  };
  return { status: 201, body };
}

function appOf({ who, call }: Ask): GithubApp {
  if (who.kind === "app") return who.app;
  const isAnonymous = call.request.headers.authorization === undefined;
  throw new Refusal(401, isAnonymous ? "Requires authentication" : "A JSON web token could not be decoded");
}

function appView(data: GithubData, { id, slug, installations }: GithubApp): Json {
  const owner = userView(data, installations[0]?.account ?? "");
  const times = { created_at: secondsIsoOf(0), updated_at: secondsIsoOf(0) };
  const urls = { external_url: "https://example.com", html_url: `https://github.com/apps/${slug}` };
  return {
    id,
    slug,
    node_id: `A_${id}`,
    name: slug,
    description: null,
    owner,
    permissions: PERMISSIONS,
    events: [],
    ...urls,
    ...times,
  };
}

function installationView(data: GithubData, app: GithubApp, installation: GithubApp["installations"][number]): Json {
  const account = userView(data, installation.account);
  const url = `https://api.github.com/app/installations/${installation.id}`;
  return {
    ...{
      id: installation.id,
      account,
      app_id: app.id,
      app_slug: app.slug,
      target_id: account.id,
      target_type: account.type,
    },
    ...{
      permissions: PERMISSIONS,
      events: [],
      repository_selection: "selected",
      access_tokens_url: `${url}/access_tokens`,
    },
    ...{ html_url: url, repositories_url: "https://api.github.com/installation/repositories", single_file_name: null },
    ...{ suspended_at: null, suspended_by: null, created_at: secondsIsoOf(0), updated_at: secondsIsoOf(0) },
  };
}
