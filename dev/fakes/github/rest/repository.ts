import type { Json } from "../../shared/json.ts";
import { permissionOfLogin } from "../identity.ts";
import { afterRefUpdate } from "../pull-events.ts";
import { invalidField, notFound, Refusal } from "../refusal.ts";
import { rulesOf } from "../requirements.ts";
import type { GithubHook, GithubRepo, GithubRule } from "../state.ts";
import { labelView, repoView, userView } from "../views.ts";
import { orThrow } from "../world.ts";
import { page, type Route, repoOf, text } from "./ask.ts";
import { commitView } from "./commit-views.ts";

const ZERO = "0".repeat(40);

export const REPOSITORY_ROUTES: Record<string, Route> = {
  "GET /repos/{owner}/{repo}": (ask) => ({ status: 200, body: repoView(ask.data, repoOf(ask)) }),
  "GET /repos/{owner}/{repo}/labels": (ask) => {
    const repo = repoOf(ask);
    return page(ask, repo.labels, ({ name }) => labelView(repo, name));
  },
  "GET /repos/{owner}/{repo}/labels/{name}": (ask) => {
    const repo = repoOf(ask);
    if (!repo.labels.some(({ name }) => name === ask.params.name)) throw notFound();
    return { status: 200, body: labelView(repo, ask.params.name ?? "") };
  },
  "POST /repos/{owner}/{repo}/labels": (ask) => {
    const repo = repoOf(ask, "write", "issues");
    const name = text(ask.body, "name") ?? "";
    const isThere = repo.labels.some((label) => label.name.toLowerCase() === name.toLowerCase());
    if (isThere) throw invalidField("Label", "name", "already_exists");
    repo.labels.push({
      id: ask.world.nextId(),
      name,
      color: text(ask.body, "color") ?? "ededed",
      description: text(ask.body, "description") ?? null,
    });
    ask.call.effect = true;
    return { status: 201, body: labelView(repo, name) };
  },
  "GET /repos/{owner}/{repo}/branches/{branch}": (ask) => {
    const repo = repoOf(ask);
    const branch = ask.params.branch ?? "";
    const sha = ask.world.git(repo).head(branch);
    if (sha === undefined) throw new Refusal(404, "Branch not found");
    const url = `https://api.github.com/repos/${repo.owner}/${repo.name}/branches/${branch}`;
    const links = { self: url, html: `https://github.com/${repo.owner}/${repo.name}/tree/${branch}` };
    const isProtected = rulesOf(repo, branch).length > 0;
    return {
      status: 200,
      body: {
        name: branch,
        commit: commitView(ask, repo, sha),
        _links: links,
        protected: isProtected,
        protection_url: `${url}/protection`,
      },
    };
  },
  "GET /repos/{owner}/{repo}/branches/{branch}/protection": (ask) => {
    const repo = repoOf(ask, "admin", "administration");
    const rule = rulesOf(repo, ask.params.branch ?? "").find(({ source }) => source === "classic");
    if (rule === undefined) throw new Refusal(404, "Branch not protected");
    return { status: 200, body: protectionView(repo, rule) };
  },
  "GET /repos/{owner}/{repo}/rules/branches/{branch}": (ask) => {
    const repo = repoOf(ask);
    const rules = rulesOf(repo, ask.params.branch ?? "").filter(({ source }) => source === "ruleset");
    return page(
      ask,
      rules.flatMap((rule) => ruleViews(repo, rule)),
      (rule) => rule,
    );
  },
  "GET /repos/{owner}/{repo}/git/ref/{ref}": (ask) => {
    const repo = repoOf(ask);
    return {
      status: 200,
      body: refView(repo, ask.params.ref ?? "", orThrow(ask.world.git(repo).resolve(`refs/${ask.params.ref}`))),
    };
  },
  "POST /repos/{owner}/{repo}/git/refs": (ask) => {
    const repo = repoOf(ask, "write", "contents");
    const ref = text(ask.body, "ref") ?? "";
    const sha = text(ask.body, "sha") ?? "";
    const git = ask.world.git(repo);
    if (!/^refs\/[^/]+\/.+/.test(ref))
      throw new Refusal(422, `Reference name must start with 'refs/' and have at least two slashes.`);
    if (git.resolve(ref) !== undefined) throw new Refusal(422, "Reference already exists");
    if (git.resolve(sha) === undefined) throw new Refusal(422, "Object does not exist");
    git.moveRef(ref, sha, ZERO);
    afterRefUpdate(ask, repo, { ref, before: ZERO, after: sha });
    return { status: 201, body: refView(repo, ref.replace(/^refs\//, ""), sha) };
  },
  "DELETE /repos/{owner}/{repo}/git/refs/{ref}": (ask) => {
    const repo = repoOf(ask, "write", "contents");
    const ref = `refs/${ask.params.ref}`;
    const git = ask.world.git(repo);
    const before = git.resolve(ref);
    if (before === undefined) throw new Refusal(422, "Reference does not exist");
    const branch = ref.replace("refs/heads/", "");
    if (branch === repo.defaultBranch || rulesOf(repo, branch).length > 0)
      throw new Refusal(422, "Cannot delete this protected branch");
    git.moveRef(ref, undefined, before);
    afterRefUpdate(ask, repo, { ref, before, after: ZERO });
    return { status: 204 };
  },
  "GET /repos/{owner}/{repo}/collaborators/{username}/permission": (ask) => {
    const repo = repoOf(ask, "write", "metadata");
    const login = ask.params.username ?? "";
    const permission = permissionOfLogin(repo, login);
    const coarse = permission === "maintain" ? "write" : permission === "triage" ? "read" : permission;
    return { status: 200, body: { permission: coarse, role_name: permission, user: userView(ask.data, login) } };
  },
  "GET /repos/{owner}/{repo}/hooks": (ask) => {
    const repo = repoOf(ask, "admin", "repository_hooks");
    return page(
      ask,
      ask.data.hooks.filter(({ repoId }) => repoId === repo.id),
      hookView,
    );
  },
  "POST /repos/{owner}/{repo}/hooks": (ask) => {
    const repo = repoOf(ask, "admin", "repository_hooks");
    const config = (ask.body.config ?? {}) as Json;
    if (text(config, "url") === undefined) throw invalidField("Hook", "url", "missing_field");
    const events = Array.isArray(ask.body.events) ? ask.body.events.map(String) : ["push"];
    const hook: GithubHook = {
      ...{
        id: ask.world.nextId(),
        repoId: repo.id,
        url: text(config, "url") ?? "",
        secret: text(config, "secret") ?? "",
      },
      ...{ events, active: ask.body.active !== false },
    };
    ask.data.hooks.push(hook);
    ask.call.effect = true;
    return { status: 201, body: hookView(hook) };
  },
  "DELETE /repos/{owner}/{repo}/hooks/{hook_id}": (ask) => {
    const repo = repoOf(ask, "admin", "repository_hooks");
    const index = ask.data.hooks.findIndex(({ id, repoId }) => repoId === repo.id && id === Number(ask.params.hook_id));
    if (index === -1) throw notFound();
    ask.data.hooks.splice(index, 1);
    ask.call.effect = true;
    return { status: 204 };
  },
};

function hookView({ id, url, secret, events, active }: GithubHook): Json {
  const config = { url, content_type: "json", insecure_ssl: "0", ...(secret !== "" && { secret: "********" }) };
  return { id, type: "Repository", name: "web", active, events, config };
}

function refView(repo: GithubRepo, ref: string, sha: string): Json {
  const url = `https://api.github.com/repos/${repo.owner}/${repo.name}/git`;
  return {
    ref: `refs/${ref}`,
    node_id: `REF_${ref}`,
    url: `${url}/refs/${ref}`,
    object: { type: "commit", sha, url: `${url}/commits/${sha}` },
  };
}

function protectionView(repo: GithubRepo, rule: GithubRule): Json {
  const url = `https://api.github.com/repos/${repo.owner}/${repo.name}/branches/${rule.branch}/protection`;
  const checks = rule.requiredChecks.map((context) => ({ context, app_id: null }));
  const off = { enabled: false };
  return {
    url,
    ...(checks.length > 0 && {
      required_status_checks: {
        url: `${url}/required_status_checks`,
        strict: rule.strict,
        contexts: rule.requiredChecks,
        contexts_url: `${url}/required_status_checks/contexts`,
        checks,
      },
    }),
    ...(rule.approvals > 0 && {
      required_pull_request_reviews: {
        url: `${url}/required_pull_request_reviews`,
        dismiss_stale_reviews: false,
        require_code_owner_reviews: false,
        required_approving_review_count: rule.approvals,
        require_last_push_approval: false,
      },
    }),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: true },
    required_linear_history: off,
    allow_force_pushes: off,
    allow_deletions: off,
    required_conversation_resolution: { enabled: rule.resolveThreads },
  };
}

function ruleViews(repo: GithubRepo, rule: GithubRule): Json[] {
  const source = {
    ruleset_source_type: "Repository",
    ruleset_source: `${repo.owner}/${repo.name}`,
    ruleset_id: repo.id,
  };
  const pull = {
    ...{ dismiss_stale_reviews_on_push: false, require_code_owner_review: false, require_last_push_approval: false },
    ...{ required_approving_review_count: rule.approvals, required_review_thread_resolution: rule.resolveThreads },
    allowed_merge_methods: (["merge", "squash", "rebase"] as const).filter((method) => repo.allow[method]),
  };
  const checks = {
    required_status_checks: rule.requiredChecks.map((context) => ({ context })),
    strict_required_status_checks_policy: rule.strict,
  };
  const queue = {
    ...{
      check_response_timeout_minutes: 60,
      grouping_strategy: "ALLGREEN",
      max_entries_to_build: 5,
      max_entries_to_merge: 5,
    },
    ...{ merge_method: "MERGE", min_entries_to_merge: 1, min_entries_to_merge_wait_minutes: 5 },
  };
  return [
    { type: "deletion", ...source },
    ...(rule.approvals > 0 || rule.resolveThreads || rule.locked
      ? [{ type: "pull_request", parameters: pull, ...source }]
      : []),
    ...(rule.requiredChecks.length > 0 ? [{ type: "required_status_checks", parameters: checks, ...source }] : []),
    ...(rule.mergeQueue ? [{ type: "merge_queue", parameters: queue, ...source }] : []),
  ];
}
