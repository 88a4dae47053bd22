import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { codexAgent } from "../../../src/agents/codex/index.ts";
import {
  begun,
  ended,
  type Message,
  onTurn,
  open,
  type React,
  says,
  session,
  THREAD,
  tokens,
} from "../../agents/codex/app-server.ts";

/** The protocol as the pinned Codex describes it; a test with the real program holds it to that. */
const PROTOCOL: {
  readonly weAsk: readonly string[];
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
} = JSON.parse(readFileSync(new URL("../../../dev/agents/codex-protocol.json", import.meta.url), "utf8"));

const PARAMETERS: Readonly<Record<string, string>> = {
  initialize: "v1/InitializeParams",
  "thread/start": "v2/ThreadStartParams",
  "thread/resume": "v2/ThreadResumeParams",
  "thread/name/set": "v2/ThreadSetNameParams",
  "turn/start": "v2/TurnStartParams",
  "turn/steer": "v2/TurnSteerParams",
  "turn/interrupt": "v2/TurnInterruptParams",
  "thread/backgroundTerminals/clean": "v2/ThreadBackgroundTerminalsCleanParams",
};

/** What is wrong with a request, by the names of its fields. */
function faultsOf({ method = "", params = {} }: Message): string[] {
  if (!PROTOCOL.weAsk.includes(method)) return [`${method} is not asked`];
  const fields = PROTOCOL.types[PARAMETERS[method] ?? ""] ?? {};
  const known = Object.keys(fields).map((field) => /^[a-zA-Z]+/.exec(field)?.[0] ?? "");
  const required = (fields["*"] ?? "").split(", ").filter((field) => field !== "");
  return [
    ...Object.keys(params).flatMap((field) => (known.includes(field) ? [] : [`${method}: ${field} is not known`])),
    ...required.flatMap((field) => (field in params ? [] : [`${method}: ${field} is missing`])),
  ];
}

const waiting = onTurn((message) => begun(message));
const done = onTurn((message) => [...begun(message), ended("completed")]);

test("S-170 every request fits the Codex that is used", async () => {
  const {
    session: codex,
    heard,
    clock,
  } = await session(
    (message) => {
      if (message.method === "turn/start") return begun(message);
      return message.method === "turn/interrupt" ? [{ id: message.id, result: {} }, ended("interrupted")] : undefined;
    },
    { resume: "old", tools: [{ name: "note", description: "n", inputSchema: { type: "object" }, mutates: true }] },
    { model: "m", developer_instructions: "d" },
  );
  const fresh = await session(done, { tools: [{ name: "note", description: "n", inputSchema: {}, mutates: true }] });
  await fresh.session.turn("go");
  const turn = codex.turn("go");
  await clock.settle();
  await codex.stop();
  await turn;
  const requests = [...heard, ...fresh.heard].filter(({ method, id }) => method !== undefined && id !== undefined);
  expect(requests.flatMap(faultsOf)).toEqual([]);
  expect(requests.length).toBeGreaterThanOrEqual(8);
});

test("S-053, S-171 Codex is started by `bash -lc` with its command, in the workspace; the default is its app server", async () => {
  const line = "codex --config model_reasoning_effort=xhigh --model gpt-5.5 app-server";
  const told = await session(done, {}, { command: line });
  expect(told.starts).toMatchObject([
    { args: ["-lc", expect.stringMatching(new RegExp(`(^|\\n)${line}$`))], cwd: "/work" },
  ]);
  const untold = await session(done);
  expect(untold.starts).toMatchObject([{ args: expect.arrayContaining(["app-server"]), cwd: "/work" }]);
});

test("S-172 a line of 10 MB is read", async () => {
  const text = "x".repeat(10_000_000 - 200);
  const { session: codex } = await session(onTurn((message) => [...begun(message), says(text), ended("completed")]));
  const result = await codex.turn("go");
  expect([result.failure, result.finalMessage?.length]).toEqual([null, text.length]);
});

test("S-054, S-175 approval and sandbox policy are said in the protocol as they are written", async () => {
  const policy = { type: "workspaceWrite", networkAccess: true, somethingNew: [1] };
  const { session: codex, heard } = await session(
    done,
    {},
    { approval_policy: { somethingNew: true }, thread_sandbox: "something-new", turn_sandbox_policy: policy },
  );
  await codex.turn("go");
  const paramsOf = (method: string) => heard.find((message) => message.method === method)?.params;
  expect(paramsOf("thread/start")).toMatchObject({ approvalPolicy: { somethingNew: true }, sandbox: "something-new" });
  expect(paramsOf("turn/start")?.sandboxPolicy).toEqual(policy);
});

test("S-178 the ids of thread and turn are kept and told, and all turns are in one thread", async () => {
  let turns = 0;
  const {
    session: codex,
    heard,
    events,
  } = await session(
    onTurn((message) => {
      turns += 1;
      return [...begun(message, `turn-${turns}`), ended("completed", null, `turn-${turns}`)];
    }),
  );
  await codex.turn("one");
  await codex.turn("two");
  expect(codex.id).toBe(THREAD);
  const asked = heard.filter(({ method }) => method === "turn/start");
  expect(asked.map(({ params }) => params?.threadId)).toEqual([THREAD, THREAD]);
  expect(events.flatMap((event) => (event.type === "turn" ? [event.id] : []))).toEqual(["turn-1", "turn-2"]);
});

test("S-192 failures have common names", async () => {
  const missing = await (await codexAgent.open({ command: ["/no/such/agent"] })).start(await anyRequest());
  expect(missing).toMatchObject({ ok: false, failure: { kind: "agent_not_found" } });
  const failed = async (react: React) => {
    const { session: codex } = await session(react);
    return (await codex.turn("go")).failure?.kind;
  };
  const error = { message: "no", codexErrorInfo: "other" };
  expect(await failed(onTurn((message) => [...begun(message), ended("failed", error)]))).toBe("turn_failed");
  expect(await failed(onTurn((message) => [...begun(message), ended("interrupted")]))).toBe("turn_cancelled");
  expect(await failed(onTurn(({ id }) => [{ id, error: { code: -32_600, message: "no" } }]))).toBe("protocol");
  const broken = (message: Message) => {
    if (message.method === "turn/start") throw new Error("it breaks");
    return undefined;
  };
  expect(await failed(broken)).toBe("process_exit");
  const silent = await session(waiting);
  const turn = silent.session.turn("go");
  await silent.clock.advance(10_000);
  expect((await turn).failure?.kind).toBe("turn_timeout");
  const deaf = await session(onTurn(() => []));
  const unanswered = deaf.session.turn("go");
  await deaf.clock.advance(1_000);
  expect((await unanswered).failure?.kind).toBe("response_timeout");
});

test("S-236, S-237, S-239, S-240 tokens are what the thread's totals grew by, and nothing else", async () => {
  const usage = {
    method: "item/completed",
    params: { threadId: THREAD, turnId: "turn-1", usage: { totalTokens: 900 } },
  };
  const { session: codex, events } = await session(
    onTurn((message) => [
      ...begun(message),
      tokens(100, "turn-1"),
      usage,
      tokens(100, "turn-1"),
      tokens(130, "turn-1"),
      {
        method: "turn/completed",
        params: {
          threadId: THREAD,
          turn: { id: "turn-1", status: "completed", error: null, usage: { totalTokens: 900 } },
        },
      },
    ]),
  );
  await codex.turn("go");
  const told = events.flatMap((event) => (event.type === "usage" ? [event.usage.totalTokens] : []));
  expect(told).toEqual([100, 30]);
});

test("S-238 names of fields are read leniently", async () => {
  const total = { input_tokens: 7, output_tokens: 3, total_tokens: 10, more: 1 };
  const params = { threadId: THREAD, turnId: "turn-1", token_usage: { total, last: total, more: 1 }, more: 1 };
  const { session: codex, events } = await session(
    onTurn((message) => [...begun(message), { method: "thread/tokenUsage/updated", params }, ended("completed")]),
  );
  await codex.turn("go");
  expect(events).toContainEqual(
    expect.objectContaining({ type: "usage", usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 } }),
  );
});

/** A request of a session that is not there. */
async function anyRequest() {
  const { request } = await open(() => []);
  return request;
}
