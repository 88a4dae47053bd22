import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import type { StatusDocument } from "../../src/model/documents/status.ts";
import { exported } from "../e2e/documents.ts";
import { newPlace, writeFiles } from "../e2e/ground.ts";
import { document, maestro, type Place, startMaestro } from "../e2e/program.ts";

const DONE = [
  {
    do: "call",
    tool: "run_result",
    arguments: {
      ...{ summary: "Sorted.", route: "routed" },
      result: { type: "task", priority: null, risk: "low", owner: null, rationale: "As it was asked for." },
    },
  },
  { do: "call", tool: "run_finalize", arguments: { path: "result" } },
];
const KEY_A = "key-of-account-a-0123456789";
const KEY_B = "key-of-account-b-0123456789";

interface Project {
  readonly place: Place;
  readonly log: string;
  readonly keys: string;
}

interface Setting {
  readonly runs: readonly (readonly unknown[])[];
  readonly provider?: Readonly<Record<string, unknown>>;
  readonly agent?: Readonly<Record<string, unknown>>;
}

/** A project of a user: its own folder, the user's home. Each run of its agent writes down which key it was given. */
async function projectOf(root: string, home: string, name: string, setting: Setting): Promise<Project> {
  const cwd = join(root, name);
  const [log, keys] = [join(root, `${name}.agents.jsonl`), join(root, `${name}.keys`)];
  appendFileSync(log, "");
  const noted = { do: "run", command: `echo "$AGENT_KEY" >> ${keys}` };
  const runs = setting.runs.map((steps) => [noted, ...steps]);
  const front = {
    workflow: { profile: { kind: "triage" } },
    tracker: {
      kind: "local",
      lifecycle: {
        active_states: ["intake", "classifying"],
        terminal_states: ["routed", "duplicate", "rejected"],
        state_phase_map: { intake: "todo", classifying: "in_progress", needs_info: "human_review" },
      },
    },
    agent: { quota: { poll_interval_ms: 200 }, ...setting.agent },
    agent_provider: { kind: "mock", ...setting.provider, options: { log, scripts: { default: { runs } } } },
    // It writes down its key outside of the workspace.
    agent_runtime: { sandbox: "none" },
    polling: { interval_ms: 500 },
    workspace: { min_free_bytes: 1 },
  };
  await mkdir(join(cwd, ".maestro/issues"), { recursive: true });
  await writeFiles(cwd, { "WORKFLOW.md": `---\n${JSON.stringify(front)}\n---\nSort {{ issue.title }}.\n` });
  return { place: { cwd, home }, log, keys };
}

async function user() {
  const { root, home } = await newPlace();
  const account = async (id: string, key: string, ...more: readonly string[]) => {
    await writeFiles(root, { [`${id}.txt`]: `${key}\n` });
    const words = ["import", "mock", id, "--file", join(root, `${id}.txt`), "--variable", "AGENT_KEY", ...more];
    return document({ cwd: root, home }, "accounts", ...words, "--json");
  };
  return { root, home, account, project: (name: string, setting: Setting) => projectOf(root, home, name, setting) };
}

async function issue({ place }: Project, title: string): Promise<string> {
  const { out } = await maestro(place, "issue", "new", title, "--state", "intake", "--json");
  return JSON.parse(out).issue.identifier;
}

function starts({ log }: Project): number {
  return readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line.includes('"start"')).length;
}

async function isPaused({ place }: Project, account: string): Promise<boolean> {
  const { account_pauses: pauses = [] } = await document<StatusDocument>(place, "status", "--json");
  return pauses.some((pause) => pause.account === account);
}

const keysOf = ({ keys }: Project): string[] => (existsSync(keys) ? readFileSync(keys, "utf8").trim().split("\n") : []);

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(50);
}

it("a usage limit that one service meets stops the other before its next launch, until a person resumes the account", async () => {
  const { home, account, project } = await user();
  await account("a", KEY_A);
  const shop = await project("shop", { runs: [[{ do: "quota", reset_in_ms: 3_600_000 }], DONE] });
  const site = await project("site", { runs: [DONE] });
  const [first, second] = [startMaestro(shop.place), startMaestro(site.place)];
  await issue(shop, "The first");
  await until(() => isPaused(shop, "mock/a"));
  const waiting = await issue(site, "The second");
  await until(async () => (await maestro(site.place, "explain", waiting)).out.includes("Account mock/a is paused"));
  expect(starts(site)).toBe(0);
  const status = await document<StatusDocument>(site.place, "status", "--json");
  expect(status.account_pauses).toMatchObject([{ account: "mock/a", published: true }]);
  expect(status.accounts).toMatchObject([{ account: "mock/a", state: "paused", login: "key", today: { sessions: 1 } }]);

  expect((await maestro(site.place, "accounts", "resume", "mock", "a")).out).toBe("mock/a goes on.\n");
  await Promise.all([first.line(/finished: /), second.line(/finished: /)]);
  expect([keysOf(shop), keysOf(site)]).toEqual([[KEY_A, KEY_A], [KEY_A]]);
  expect((await Promise.all([first.end("SIGTERM"), second.end("SIGTERM")])).map(({ code }) => code)).toEqual([0, 0]);
  const told = JSON.stringify([...(await exported(shop.place)), ...(await exported(site.place))]);
  expect(told).not.toContain(KEY_A);
  const modes = ["accounts.db", "credentials.key", "credentials/credentials.json", "credentials"].map((name) =>
    (statSync(join(home, name)).mode & 0o777).toString(8),
  );
  expect(modes).toEqual(["600", "600", "600", "700"]);
}, 60_000);

it("with limit 1 the runs of two services follow each other; the lease of one that is killed is free for the other", async () => {
  const { root, home, account, project } = await user();
  await account("a", KEY_A, "--runs", "1");
  const shop = await project("shop", { runs: [[{ do: "sleep", ms: 600_000 }, ...DONE]] });
  const site = await project("site", { runs: [DONE] });
  const dying = startMaestro(shop.place);
  await issue(shop, "The long one");
  await until(() => starts(shop) === 1);
  const living = startMaestro(site.place);
  const waiting = await issue(site, "The short one");
  await until(async () =>
    (await maestro(site.place, "explain", waiting)).out.includes("is used by 1 run; its limit is 1"),
  );
  expect(starts(site)).toBe(0);
  const leases = async () =>
    (await document<{ leases: object[] }>({ cwd: root, home }, "accounts", "leases", "--json")).leases;
  expect(await leases()).toMatchObject([{ account: "mock/a", run: 1, pid: dying.pid }]);
  await dying.end("SIGKILL");
  await living.line(/finished: /);
  expect(keysOf(site)).toEqual([KEY_A]);
  await until(async () => (await leases()).length === 0);
  expect((await living.end("SIGTERM")).code).toBe(0);
}, 60_000);

it("work goes over to another account, and to the fallback when the workflow names one and none of them is free", async () => {
  const { account, project } = await user();
  await account("a", KEY_A);
  await account("b", KEY_B);
  const limited = [{ do: "quota", reset_in_ms: 3_600_000 }];
  // One agent under two names, so that the fallback is another kind without a program of its own.
  const fallback = [{ kind: "acp", options: { command: "true" } }];
  const shop = await project("shop", { runs: [limited], provider: { fallback } });
  const daemon = startMaestro(shop.place);
  await issue(shop, "Goes from one to the next");
  await until(async () => (await isPaused(shop, "mock/a")) && (await isPaused(shop, "mock/b")));
  expect(keysOf(shop)).toEqual([KEY_A, KEY_B]);
  await until(async () => (await exported(shop.place)).filter(({ type }) => type === "work_enqueued").length > 2);
  expect((await daemon.end("SIGTERM")).code).toBe(0);
  const events = await exported(shop.place);
  const sessions = events.filter(({ type }) => type === "session_started");
  expect(sessions.map(({ data }) => [data.account, data.resumed])).toEqual([
    ["mock/a", false],
    ["mock/b", false],
  ]);
  // The third run was the fallback's, which has not started: no attempt was counted before it.
  const ends = events.filter(({ type, data }) => type === "work_closed" && data.kind === "run");
  expect(ends.slice(0, 2).map(({ data }) => data.counts)).toEqual(["nothing", "nothing"]);
}, 60_000);
