import { readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { expectSound, hasBrowser, openBrowser, openPage, PHONE } from "../e2e/browser.ts";
import { exported, type Status } from "../e2e/documents.ts";
import { git, newPlace, writeFiles } from "../e2e/ground.ts";
import { document, maestro, type Place, type Program, startMaestro } from "../e2e/program.ts";

interface Asked {
  readonly approvals: readonly { readonly id: string; readonly kind: string; readonly what: string }[];
}

const call = (tool: string, args: object) => ({ do: "call", tool, arguments: args });
const HAND_OFF = [
  { do: "write", path: "fence.txt", text: "green\n" },
  call("run_handoff", { summary: "Painted.", route: "review" }),
  call("run_finalize", { path: "hand_off" }),
];
const SAY = call("issue_comment", { body: "May I?" });

/** A service on files, whose agent does this run by run. */
async function placeOf(approvals: object, runs: readonly (readonly object[])[], extra: object = {}): Promise<Place> {
  const place = await newPlace();
  const front = {
    workflow: {
      profile: {
        kind: "coding_pr_delivery",
        options: { landing: { when: "when_green", label: "auto-land", validation_alone: true } },
      },
    },
    tracker: { kind: "local" },
    repo: { path: ".", base_branch: "main", provider: { kind: "local" } },
    validation: { commands: ["true"] },
    polling: { interval_ms: 300 },
    workspace: { min_free_bytes: 1 },
    approvals,
    agent_provider: { kind: "mock", options: { scripts: { default: { runs } } } },
    ...extra,
  };
  await mkdir(join(place.cwd, ".maestro/issues"), { recursive: true });
  await writeFiles(place.cwd, {
    "WORKFLOW.md": `---\n${JSON.stringify(front)}\n---\nPaint {{ issue.title }}.\n`,
    ".gitignore": ".maestro/\n",
  });
  git(place.cwd, "init", "-q", "-b", "main");
  git(place.cwd, "add", "-A");
  git(place.cwd, "commit", "-q", "-m", "Begin");
  return place;
}

async function issueIn(place: Place): Promise<string> {
  const made = await maestro(place, "issue", "new", "The fence", "--state", "Todo", "--json");
  return JSON.parse(made.out).issue.identifier;
}

async function requestOf(place: Place, daemon: Program, count: number): Promise<Asked["approvals"][number]> {
  await daemon.line(/asks first: /, count);
  const { approvals } = await document<Asked>(place, "approvals", "--json");
  expect(approvals).toHaveLength(1);
  const [request] = approvals;
  if (request === undefined) throw new Error("nothing is asked");
  return request;
}

async function isMerged(place: Place): Promise<boolean> {
  return (await exported(place)).some(({ type, data }) => type === "change_seen" && data.state === "merged");
}

/** As a program does that may read the service's own token. */
async function answerOverHttp(place: Place, page: string, id: string): Promise<Response> {
  const [project = ""] = readdirSync(join(place.home, "projects"));
  const token = readFileSync(join(place.home, "projects", project, "http-token"), "utf8").trim();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const open = await fetch(new URL("/api/v2/approvals", page), { headers });
  expect(await open.json()).toMatchObject({ approvals: [{ id }] });
  const body = JSON.stringify({ verb: "approve_request", arguments: { request: id, body: "Ship it." } });
  return fetch(new URL("/api/v2/commands", page), { method: "POST", headers, body });
}

describe("human gates", { timeout: 120_000 }, () => {
  test("every gate waits without a slot, survives a kill, and is answered by command, API and comment; the change then lands", async () => {
    const gates = { before_dispatch: true, before_push: true, before_review: true, before_merge: true };
    const place = await placeOf(gates, [HAND_OFF]);
    const issue = await issueIn(place);
    const first = startMaestro(place);
    const dispatch = await requestOf(place, first, 1);
    expect([dispatch.kind, dispatch.id]).toEqual(["before_dispatch", `${issue}.1`]);
    expect((await maestro(place, "status")).out).toMatch(/Asks for a yes[\s\S]*before dispatch/);
    expect((await document<Status>(place, "status", "--json")).counts.running).toBe(0);
    // Nobody is there any more when it is answered.
    await first.end("SIGKILL");
    expect((await maestro(place, "approve", dispatch.id, "--reason", "Go.")).out).toContain("waits on record");

    const daemon = startMaestro(place, "--port", "0");
    const push = await requestOf(place, daemon, 1);
    expect(push.kind).toBe("before_push");
    expect((await maestro(place, "issue", "show", issue)).out).toContain(`/maestro approve ${push.id}`);
    // The first answer counts, and who comes later is told whose it was.
    expect((await maestro(place, "approve", push.id)).out).toContain("approved");
    const late = await maestro(place, "deny", push.id, "--reason", "Too late.");
    expect([late.code === 0, late.err]).toEqual([false, expect.stringContaining("was approved by cli:tester before")]);

    const review = await requestOf(place, daemon, 2);
    expect(review.kind).toBe("before_review");
    await maestro(place, "issue", "comment", issue, `/maestro approve ${review.id} It is good.`);
    const merge = await requestOf(place, daemon, 3);
    expect(merge.kind).toBe("before_merge");
    expect(await isMerged(place)).toBe(false);
    const [, page = ""] = await daemon.line(/page +(http:\S+)/);
    const answered = await answerOverHttp(place, page, merge.id);
    expect([answered.status, await answered.json()]).toMatchObject([200, { answer: { ok: true, code: "approved" } }]);
    await daemon.line(/finished: /);
    expect(await isMerged(place)).toBe(true);
    expect(await daemon.end("SIGTERM")).toMatchObject({ code: 0 });

    const answers = (await exported(place)).filter(({ type }) => type === "approval_answered");
    expect(answers.map(({ data }) => data.answer)).toMatchObject([
      { decision: "approved", actor: "cli:tester", reason: "Go." },
      { decision: "approved", actor: "cli:tester", reason: "" },
      { decision: "approved", actor: expect.stringMatching(/^tracker:/), reason: "It is good." },
      { decision: "approved", actor: expect.stringMatching(/^(api|http)/), reason: "Ship it." },
    ]);
    expect((await maestro(place, "record", "verify")).code).toBe(0);
  });

  test("a merge that is denied parks the issue with the reason, and one that nobody answers counts as denied", async () => {
    const place = await placeOf({ before_merge: true, expires_ms: 4_000 }, [HAND_OFF]);
    const issue = await issueIn(place);
    const daemon = startMaestro(place);
    const merge = await requestOf(place, daemon, 1);
    expect((await maestro(place, "deny", merge.id)).err).toContain("Say why");
    expect((await maestro(place, "deny", merge.id, "--reason", "Not before Monday.")).code).toBe(0);
    await daemon.line(/parked: .*cli:tester denied .*: Not before Monday\./);
    expect((await maestro(place, "unpark", issue)).code).toBe(0);
    // Asked anew, and nobody answers.
    await daemon.line(/asks first: /, 2);
    await daemon.line(/parked: .*expiry denied .*: Nobody answered in time\./);
    expect(await isMerged(place)).toBe(false);
    await daemon.end("SIGTERM");
  });

  test("a tool call waits, ends its session, and is carried out by the next run after a yes, in the same session", async () => {
    const place = await placeOf({ tools: ["issue_comment"] }, [[SAY], [SAY, ...HAND_OFF]]);
    const issue = await issueIn(place);
    const daemon = startMaestro(place);
    await daemon.line(/asks first: May the agent call issue_comment/);
    const request = await requestOf(place, daemon, 1);
    expect(request.kind).toBe("tool");
    expect((await maestro(place, "issue", "show", issue)).out).not.toMatch(/^May I\?$/m);
    expect((await maestro(place, "approve", request.id, "--reason", "Yes, once.")).code).toBe(0);
    await daemon.line(/finished: /);
    expect((await maestro(place, "issue", "show", issue)).out).toContain("May I?");
    const events = await exported(place);
    expect(events.filter(({ type }) => type === "approval_used")).toHaveLength(1);
    const sessions = events.filter(({ type }) => type === "session_started");
    expect(sessions.map(({ data }) => data.resumed)).toEqual([false, true]);
    expect((await maestro(place, "logs", `${issue}/2`)).out).toContain("Approved. Yes, once.");
    await daemon.end("SIGTERM");
  });

  test.skipIf(!hasBrowser)("the page lists what is asked, and takes the answers", async () => {
    const place = await placeOf({ before_dispatch: true, before_push: true }, [HAND_OFF]);
    const issue = await issueIn(place);
    const daemon = startMaestro(place, "--port", "0");
    const [, link = ""] = await daemon.line(/page +(http:\S+)/);
    const browser = await openBrowser();
    onTestFinished(() => browser.close());
    const watched = await openPage(browser, PHONE);
    const { page } = watched;
    await page.goto(link);
    const request = (number: number) => page.getByRole("listitem", { name: `Request ${issue}.${number}` });
    await request(1).waitFor();
    await expectSound(watched);
    if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
    await request(1).getByRole("button", { name: "Approve" }).tap();
    await request(2).waitFor();
    await request(2).getByRole("button", { name: "Deny" }).tap();
    const dialog = page.getByRole("dialog", { name: `Deny ${issue}.2` });
    await dialog.getByRole("textbox").fill("Not like this.");
    await dialog.getByRole("button", { name: "Deny" }).tap();
    await request(2).waitFor({ state: "detached" });
    await daemon.line(/parked: .*denied .*: Not like this\./);
    await daemon.end("SIGTERM");
  });
});
