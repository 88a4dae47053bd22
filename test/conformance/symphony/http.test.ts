import { expect, test } from "vitest";
import { fails, onAndOn } from "./actor.ts";
import { newStage, type Stage } from "./service.ts";
import { maestro } from "./terminal.ts";

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
const usage = (inputTokens: number, outputTokens: number) =>
  ({
    type: "usage",
    usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
    model: null,
  }) as const;

/** A service with A-1 at work, which has used tokens, and A-2 waiting for a retry. */
async function busy(): Promise<Stage> {
  const stage = await newStage({ port: 0 });
  stage.board.put("A-1", { url: "https://example.invalid/A-1", state: "In Progress" });
  stage.board.put("A-2", { url: "https://example.invalid/A-2" });
  stage.actor.play = async (scene, turn) => {
    if (scene.issue === "A-2") return fails("no luck")(scene, turn);
    if (turn === 1) {
      scene.request.onEvent({ type: "message", text: "I begin." });
      scene.request.onEvent(usage(100, 20));
      return undefined;
    }
    scene.request.onEvent(usage(11, 3));
    return onAndOn(scene, turn);
  };
  await stage.start();
  await stage.event("retry_scheduled");
  await stage.event("turn_started", 3);
  return stage;
}

/** A request to the service. */
async function ask(stage: Stage, path: string, init: RequestInit = {}) {
  const answer = await fetch(`${stage.daemon.url}${path}`, init);
  const body: { readonly [key: string]: unknown } = JSON.parse(await answer.text());
  return { status: answer.status, allow: answer.headers.get("allow"), body };
}

test("S-247, S-234 GET /api/v1/state tells running and retrying issues, totals and limits", async () => {
  const stage = await busy();
  await stage.until(() => stage.all("usage_reported").length > 0);
  const { status, body } = await ask(stage, "/api/v1/state");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    generated_at: expect.stringMatching(INSTANT),
    counts: { running: 1, retrying: 1 },
    running: [
      {
        issue_id: "id of A-1",
        issue_identifier: "A-1",
        issue_url: "https://example.invalid/A-1",
        state: "In Progress",
        session_id: expect.stringMatching(/\S/),
        turn_count: 2,
        last_event: expect.any(String),
        started_at: expect.stringMatching(INSTANT),
        last_event_at: expect.stringMatching(INSTANT),
        tokens: {
          input_tokens: expect.any(Number),
          output_tokens: expect.any(Number),
          total_tokens: expect.any(Number),
        },
      },
    ],
    retrying: [
      {
        issue_id: "id of A-2",
        issue_identifier: "A-2",
        issue_url: "https://example.invalid/A-2",
        attempt: 1,
        due_at: expect.stringMatching(INSTANT),
        error: "worker exited: no luck",
      },
    ],
    codex_totals: { seconds_running: expect.any(Number) },
  });
  expect((await stage.state()).running[0]).toHaveProperty("last_message");
  expect(body).toHaveProperty("rate_limits");
});

test("S-018, S-024 a live session tells its thread and its agent's own turn, its last event, tokens and turns", async () => {
  const stage = await newStage({ port: 0 });
  stage.board.put("A-1");
  stage.actor.play = async (scene, turn) => {
    scene.request.onEvent({ type: "turn", id: `turn-of-its-own-${turn}` });
    scene.request.onEvent({ type: "message", text: `In turn ${turn}.` });
    scene.request.onEvent(usage(100, 20));
    return turn === 1 ? undefined : onAndOn(scene, turn);
  };
  await stage.start();
  await stage.event("turn_named", 2);
  await stage.until(() => stage.all("usage_reported").length > 1);
  const [row] = (await stage.state()).running;
  expect(row).toMatchObject({
    turn_count: 2,
    last_event: expect.any(String),
    last_event_at: expect.stringMatching(INSTANT),
  });
  expect(row?.thread_id).toMatch(/\S/);
  expect(row?.session_id).toBe(`${row?.thread_id}-turn-of-its-own-2`);
  expect(row?.tokens).toEqual({ input_tokens: 200, output_tokens: 40, total_tokens: 240 });
});

test("S-243 the last word of any agent on its account's limits is kept, also when its run has ended", async () => {
  const stage = await newStage({ port: 0, front: { agent: { max_turns: 1 } } });
  stage.board.put("A-1");
  const resetAt = Date.parse("2030-01-01T00:00:00Z");
  stage.actor.play = async (scene, turn) => {
    scene.request.onEvent({ type: "capacity", window: "primary", usedShare: 0.2, resetAt: null });
    scene.request.onEvent({ type: "capacity", window: "secondary", usedShare: 0.9, resetAt });
    scene.request.onEvent({ type: "capacity", window: "primary", usedShare: 0.3, resetAt });
    return fails("no luck")(scene, turn);
  };
  await stage.start();
  await stage.event("retry_scheduled");
  const { rate_limits: limits } = await stage.state();
  const resets = "2030-01-01T00:00:00.000Z";
  expect(limits?.windows).toHaveLength(2);
  expect(limits?.windows).toEqual(
    expect.arrayContaining([
      { window: "primary", used_share: 0.3, resets_at: resets },
      { window: "secondary", used_share: 0.9, resets_at: resets },
    ]),
  );
});

test("S-017 a run tells issue, workspace, start and phase while it lasts, and how it ended and why", async () => {
  const { body } = await ask(await busy(), "/api/v1/state");
  expect(body).toMatchObject({
    running: [
      {
        issue_id: "id of A-1",
        issue_identifier: "A-1",
        run: 1,
        phase: "streaming_turn",
        workspace_path: expect.stringMatching(/^\/.*\/A-1$/),
        started_at: expect.stringMatching(INSTANT),
      },
    ],
    recent: [{ issue_identifier: "A-2", run: 1, status: "failed", reason: "no luck" }],
  });
});

test("S-234 without a service the snapshot says so, and still tells what is on record", async () => {
  const stage = await busy();
  await stage.stop();
  const { code, out } = await maestro(stage, "status", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ service: { running: false }, retrying: [{ issue_identifier: "A-2" }] });
});

test("S-241, S-242 tokens and run time are summed up over ended and running sessions", async () => {
  const stage = await busy();
  await stage.clock.jump(5_000);
  await stage.event("usage_reported");
  const first = (await stage.state()).codex_totals;
  expect(first.seconds_running).toBeGreaterThanOrEqual(5);
  stage.board.put("A-1", { state: "Done" });
  stage.board.hint();
  await stage.event("lane_closed");
  const totals = (await stage.state()).codex_totals;
  // Two reports of one session are two parts of its use.
  expect(totals).toMatchObject({ input_tokens: 111, output_tokens: 23, total_tokens: 134 });
  expect(totals.seconds_running).toBeGreaterThanOrEqual(first.seconds_running);
  await stage.clock.jump(60_000);
  expect((await stage.state()).codex_totals.seconds_running).toBeLessThan(60);
});

test("S-248 GET /api/v1/<issue> tells how one issue stands, running or waiting for a retry", async () => {
  const stage = await busy();
  const running = await ask(stage, "/api/v1/A-1");
  expect(running).toMatchObject({
    status: 200,
    body: {
      issue_identifier: "A-1",
      issue_id: "id of A-1",
      status: "running",
      workspace: { path: stage.actor.of("A-1")[0]?.request.workspace },
      attempts: { restart_count: 0 },
      running: {
        session_id: expect.any(String),
        turn_count: 2,
        state: "In Progress",
        started_at: expect.stringMatching(INSTANT),
        last_event_at: expect.stringMatching(INSTANT),
        tokens: { total_tokens: expect.any(Number) },
      },
      retry: null,
      logs: { codex_session_logs: expect.any(Array) },
      tracked: expect.any(Object),
    },
  });
  expect(running.body.recent_events).toContainEqual({
    at: expect.stringMatching(INSTANT),
    event: expect.any(String),
    message: expect.any(String),
  });
  expect(await ask(stage, "/api/v1/A-2")).toMatchObject({
    status: 200,
    body: {
      status: "retrying",
      running: null,
      retry: { attempt: 1, due_at: expect.stringMatching(INSTANT) },
      last_error: expect.stringContaining("no luck"),
    },
  });
});

test("S-249 an issue that nobody knows is 404 issue_not_found", async () => {
  const { status, body } = await ask(await busy(), "/api/v1/NOBODY-1");
  expect([status, body]).toEqual([404, { error: { code: "issue_not_found", message: expect.stringMatching(/\S/) } }]);
});

test("S-250 POST /api/v1/refresh is 202 and has Maestro poll and reconcile at once", async () => {
  const stage = await busy();
  const headers = { "content-type": "application/json" };
  const refresh = (body?: string) =>
    ask(stage, "/api/v1/refresh", { method: "POST", ...(body === undefined ? {} : { headers, body }) });
  for (const body of [undefined, "{}"]) {
    const polls = stage.board.count("issuesByStates");
    let answer = await refresh(body);
    expect(answer).toMatchObject({
      status: 202,
      body: {
        queued: true,
        coalesced: expect.any(Boolean),
        requested_at: expect.stringMatching(INSTANT),
        operations: ["poll", "reconcile"],
      },
    });
    // One that is counted as an earlier one leads to no poll of its own.
    while (answer.body.coalesced === true) answer = await refresh(body);
    await stage.until(() => stage.board.count("issuesByStates") > polls);
  }
});

test("S-251 wrong methods are 405, unknown routes 404, and every error has one shape", async () => {
  const stage = await busy();
  const error = { error: { code: expect.stringMatching(/^[a-z_]+$/), message: expect.stringMatching(/\S/) } };
  for (const [method, path] of [
    ["POST", "/api/v1/state"],
    ["DELETE", "/api/v1/state"],
    ["GET", "/api/v1/refresh"],
    ["PUT", "/api/v1/A-1"],
  ] as const) {
    const answer = await ask(stage, path, { method });
    expect([method, path, answer.status, answer.body]).toEqual([method, path, 405, error]);
    expect(answer.allow).toMatch(/GET|POST/);
  }
  expect(await ask(stage, "/api/v1/a/b/c")).toMatchObject({ status: 404, body: error });
});

test("S-235, S-245 nothing depends on the server: without a port issues are worked on just the same", async () => {
  const stage = await newStage();
  stage.board.put("A-1");
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  expect(stage.daemon.url).toBeNull();
  const served = await newStage({ front: { server: { port: 0 } } });
  await served.start();
  expect(served.daemon.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test("S-246 the page is at /, with everything that it loads, from this server alone", async () => {
  const stage = await busy();
  const answer = await fetch(`${stage.daemon.url}/`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
  const page = await answer.text();
  const assets = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, path = ""]) => path);
  expect(assets.length).toBeGreaterThan(0);
  for (const path of assets) {
    expect(path).toMatch(/^\/assets\//);
    expect((await fetch(`${stage.daemon.url}${path}`)).status).toBe(200);
  }
});
