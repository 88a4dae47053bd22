import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { type FakeLinear, startFakeLinear } from "../../dev/fakes/linear/index.ts";
import { git, newPlace, writeFiles } from "../e2e/ground.ts";
import { document, maestro, type Place, startMaestro } from "../e2e/program.ts";
import { KEY, PEER_KEY, SEED, seedIssues } from "../trackers/linear/harness.ts";

/** Long enough for a machine that does other things to renew a claim in time. */
const TTL_MS = 10_000;
const SECRET = "lin_wh_secret";

interface AgentLine {
  readonly at: number;
  readonly event: "start" | "stop";
  readonly issue: string;
}

/** One machine: its own home, its own checkout, its own login, agents that tell when they begin and end. */
class Machine {
  readonly place: Place;
  readonly #log: string;

  private constructor(place: Place & { readonly root: string }, key: string) {
    this.place = { ...place, env: { LINEAR_API_KEY: key, LINEAR_WEBHOOK_SECRET: SECRET } };
    this.#log = join(place.root, "agents.jsonl");
    appendFileSync(this.#log, "");
  }

  static async make(fake: FakeLinear, key: string, workMs: number, polling = 500): Promise<Machine> {
    const self = new Machine(await newPlace(), key);
    const { cwd } = self.place;
    const steps = [
      { do: "write", path: "greeting.txt", text: "Hello.\n" },
      { do: "sleep", ms: workMs },
      { do: "call", tool: "run_handoff", arguments: { summary: "Added a greeting." } },
      { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
    ];
    const front = {
      workflow: { profile: { kind: "coding_pr_delivery", version: 1 } },
      tracker: {
        kind: "linear",
        provider: {
          ...{ endpoint: `${fake.url}/graphql`, project_slug: "0123456789ab" },
          ...{ api_key: "$LINEAR_API_KEY", webhook_secret: "$LINEAR_WEBHOOK_SECRET" },
        },
        lifecycle: { raw_state_by_route_key: { merging: "Doing", rework: "Blocked" } },
        claim_ttl_ms: TTL_MS,
      },
      repo: { path: ".", base_branch: "main", provider: { kind: "local" } },
      validation: { commands: ["test -f greeting.txt"] },
      agent: { max_concurrent_agents: 2 },
      agent_provider: { kind: "mock", options: { log: self.#log, scripts: { default: { runs: [steps] } } } },
      // The agent writes what it saw beside the project, where a sandbox would not let it.
      agent_runtime: { sandbox: "none" },
      polling: { interval_ms: polling },
      workspace: { min_free_bytes: 1 },
    };
    await writeFiles(cwd, { "WORKFLOW.md": `---\n${JSON.stringify(front)}\n---\nWork on {{ issue.identifier }}.\n` });
    git(cwd, "init", "--quiet", "--initial-branch=main");
    git(cwd, "commit", "--quiet", "--allow-empty", "--message", "Begin");
    return self;
  }

  lines(event: AgentLine["event"]): AgentLine[] {
    const text = existsSync(this.#log) ? readFileSync(this.#log, "utf8") : "";
    const lines = text.split("\n").flatMap((line): AgentLine[] => (line === "" ? [] : [JSON.parse(line)]));
    return lines.filter((line) => line.event === event);
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(50);
}

async function linear(identifiers: readonly string[]): Promise<FakeLinear> {
  const fake = await startFakeLinear({ seed: SEED });
  onTestFinished(() => fake.close());
  seedIssues(
    fake,
    identifiers.map((identifier) => ({ identifier, title: "Greet", state: "Todo" })),
  );
  return fake;
}

/** Whether so many issues have been worked on to the end: their changes are up for review, or merged. */
function isDone({ data }: FakeLinear, count: number): boolean {
  const done = data.states.filter(({ name }) => ["In Review", "Done"].includes(name)).map(({ id }) => id);
  return data.issues.filter(({ stateId }) => done.includes(stateId)).length === count;
}

it("no issue runs twice on two machines; when one dies by kill -9 the other takes over once the claims have run out", async () => {
  const fake = await linear(["ISS-1", "ISS-2", "ISS-3", "ISS-4"]);
  const first = await Machine.make(fake, KEY, 30_000);
  const second = await Machine.make(fake, PEER_KEY, 4_000);
  const dying = startMaestro(first.place);
  await until(() => first.lines("start").length === 2);
  const living = startMaestro(second.place);
  await until(() => second.lines("start").length === 2);
  const held = first.lines("start").map(({ issue }) => issue);
  expect([...held, ...second.lines("start").map(({ issue }) => issue)].toSorted()).toEqual([
    "ISS-1",
    "ISS-2",
    "ISS-3",
    "ISS-4",
  ]);
  // The second has slots again and wants the others: it is told who has them.
  await until(() => isDone(fake, 2));
  await delay(1_500);
  const status = await document<{ outside: { claims: { issue_identifier: string; owner: string }[] } }>(
    second.place,
    ...["status", "--json"],
  );
  expect(status.outside.claims.map((row) => row.issue_identifier).toSorted()).toEqual(held.toSorted());
  expect((await maestro(second.place, "explain", held[0] ?? "")).out).toMatch(
    /waits: Claimed by maestro-[0-9a-f]{8} until \d{4}-/,
  );
  expect((await maestro(second.place, "status")).out).toMatch(/\d+ of \d+ requests left/);
  expect(second.lines("start")).toHaveLength(2);

  const killedAt = Date.now();
  await dying.end("SIGKILL");
  await until(() => isDone(fake, 4));
  const taken = second.lines("start").slice(2);
  expect(taken.map(({ issue }) => issue).toSorted()).toEqual(held.toSorted());
  // A claim is renewed at half of its life, so at the time of the kill at least about that was left of it.
  for (const { at } of taken) expect(at - killedAt).toBeGreaterThan(TTL_MS / 4);
  expect(first.lines("start")).toHaveLength(2);
  expect((await living.end("SIGTERM")).code).toBe(0);
}, 120_000);

it("looks within seconds of a webhook, once however often it comes, and not for one that is forged", async () => {
  const fake = await linear([]);
  const machine = await Machine.make(fake, KEY, 0, 600_000);
  const daemon = startMaestro(machine.place, "--port", "0");
  const [, url = ""] = await daemon.line(/(http:\/\/127\.0\.0\.1:\d+)/);
  fake.data.webhooks.push({
    ...{ id: "00000000-0000-4000-9000-000000000001", url: `${url}/hooks/linear`, secret: SECRET, label: null },
    ...{ enabled: true, resourceTypes: ["Issue"], teamId: null, createdAt: "2026-01-01T00:00:00.000Z" },
  });
  const polls = () => fake.server.log.calls.filter(({ operation }) => operation === "query issues").length;
  await until(() => polls() > 0);
  await delay(1_000);
  const quiet = polls();
  const forged = await fetch(`${url}/hooks/linear`, {
    method: "POST",
    body: "{}",
    headers: { "linear-signature": "00" },
  });
  expect(forged.status).toBe(401);
  await delay(500);
  expect(polls()).toBe(quiet);
  fake.server.faults.add({ kind: "duplicate_webhook", operation: "Issue" });
  const made = await maestro(machine.place, "issue", "new", "Greet", "--state", "Todo");
  expect(made.code).toBe(0);
  await fake.server.webhooks.settle();
  expect(fake.server.webhooks.deliveries.slice(0, 2).map(({ status }) => status)).toEqual([202, 202]);
  await until(() => isDone(fake, 1));
  expect(machine.lines("start")).toHaveLength(1);
  expect((await daemon.end("SIGTERM")).code).toBe(0);
}, 60_000);
