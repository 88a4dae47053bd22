import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { git, newPlace, writeFiles } from "../e2e/ground.ts";
import { startMaestro } from "../e2e/program.ts";
import { githubStage, tokenOf } from "../forges/github/stage.ts";
import { ask, seedIssues } from "../trackers/github/harness.ts";

const SECRET = "a-webhook-secret";
/** The next poll is ten minutes away: what is seen before came by the webhook. */
const POLLING_MS = 600_000;

it("looks at GitHub's issues within seconds of a signed webhook, and not for a forged one", async () => {
  const stage = await githubStage();
  onTestFinished(() => stage.dispose());
  const { fake } = stage;
  const [issue] = seedIssues(stage, [{ identifier: "ISS-1", title: "Greet", state: "Backlog" }]);
  const place = await newPlace();
  const provider = { repository: "acme/app", api_base_url: fake.url, token: "$GITHUB_TOKEN", webhook_secret: "$HOOK" };
  const front = {
    tracker: { kind: "github", provider },
    repo: { path: ".", base_branch: "main", provider: { kind: "local" } },
    agent_provider: { kind: "mock", options: { scripts: { default: { runs: [[{ do: "sleep", ms: 60_000 }]] } } } },
    polling: { interval_ms: POLLING_MS },
    workspace: { min_free_bytes: 1 },
  };
  await writeFiles(place.cwd, { "WORKFLOW.md": `---\n${JSON.stringify(front)}\n---\nWork on {{ issue.title }}.\n` });
  git(place.cwd, "init", "--quiet", "--initial-branch=main");
  git(place.cwd, "commit", "--quiet", "--allow-empty", "--message", "Begin");
  const env = { GITHUB_TOKEN: tokenOf("maestro"), HOOK: SECRET };
  const daemon = startMaestro({ ...place, env: { ...place.env, ...env } }, "--port", "0");
  const [, url = ""] = await daemon.line(/(http:\/\/127\.0\.0\.1:\d+)/);
  const polls = () => fake.server.log.of("GET /repos/{owner}/{repo}/issues").length;
  while (polls() === 0) await delay(50);
  const [repo] = fake.data.repos;
  fake.data.hooks.push({
    ...{ id: 1, repoId: repo?.id ?? 0, url: `${url}/hooks/github`, secret: "somebody else's", events: ["issues"] },
    active: true,
  });
  const label = (name: string) =>
    ask(stage, "alice", `POST /repos/acme/app/issues/${issue?.id}/labels`, { labels: [name] });
  const asked = polls();
  await label("one");
  await fake.server.webhooks.settle();
  expect(fake.server.webhooks.deliveries.map(({ status }) => status)).toEqual([401]);
  expect(polls()).toBe(asked);
  for (const hook of fake.data.hooks) hook.secret = SECRET;
  await ask(stage, "alice", `DELETE /repos/acme/app/issues/${issue?.id}/labels/status:Backlog`);
  await label("status:Todo");
  await fake.server.webhooks.settle();
  expect(fake.server.webhooks.deliveries.slice(1).map(({ status }) => status)).toEqual([202, 202]);
  await daemon.line(/acme\/app#1/);
  expect(polls()).toBeGreaterThan(asked);
  expect((await daemon.end("SIGTERM")).code).toBe(0);
}, 60_000);
