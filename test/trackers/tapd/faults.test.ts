import { describe, expect, it } from "vitest";
import type { Fault } from "../../../dev/fakes/shared/faults.ts";
import { errorDocument, isMaestroError } from "../../../src/base/errors.ts";
import { RateLimiters } from "../../../src/base/rate-limiter.ts";
import { isUnknownEffect } from "../../../src/contracts/outside.ts";
import type { TapdTracker } from "../../../src/trackers/tapd/client.ts";
import { calmly, itemOf, operations, PASSWORD, type Stage, stage } from "./stage.ts";

const DRAFT = { title: "Later", description: "Why.", state: "Backlog", labels: ["x"], priority: 2, blockedBy: [] };
const GREETING = { status: 1, data: "Hello world from TAPD API. 1f", info: "Documents can be found in …" };

/** What may go wrong with one request, each with the codes that it may end with. */
const FAULTS: readonly { readonly name: string; readonly fault: Omit<Fault, "operation">; readonly code: RegExp }[] = [
  { name: "a gateway's error page", fault: { kind: "status", status: 502 }, code: /^tracker_(status|response)$/ },
  { name: "a greeting", fault: { kind: "status", status: 200, body: GREETING }, code: /^tracker_response$/ },
  {
    name: "an error in a success",
    fault: { kind: "status", status: 200, body: { status: 500, data: "", info: "busy" } },
    code: /^tracker_(status|response)$/,
  },
  { name: "a reset before it happened", fault: { kind: "drop_before" }, code: /^tracker_request$/ },
  { name: "a reset after it happened", fault: { kind: "drop_after" }, code: /^tracker_request$/ },
  { name: "an answer that is no JSON", fault: { kind: "malformed" }, code: /^tracker_response$/ },
  { name: "half an answer", fault: { kind: "cut" }, code: /^tracker_request$/ },
  { name: "the rate limit", fault: { kind: "rate_limit", retryAfter: 20 }, code: /^tracker_rate_limited$/ },
];
const HAPPENED: readonly Fault["kind"][] = ["drop_after", "malformed", "cut"];

/** Verbs that the outbox repeats, with the requests they make. */
const VERBS: readonly {
  readonly name: string;
  readonly requests: readonly string[];
  readonly ask: (tracker: TapdTracker, id: string, other: string) => Promise<unknown>;
}[] = [
  {
    name: "move",
    requests: ["GET /workitem_types", "GET /workflows/all_transitions", "GET /stories", "POST /stories"],
    ask: (tracker, id) => tracker.move(id, { to: "In Review", from: "Todo" }, calmly),
  },
  {
    name: "label",
    requests: ["GET /stories", "POST /stories"],
    ask: (tracker, id) => tracker.label(id, { add: ["fresh"], remove: ["agent"] }, calmly),
  },
  {
    name: "ensureComment",
    requests: ["GET /comments", "POST /comments"],
    ask: (tracker, id) => tracker.ensureComment(id, "workpad", "Plan", "maestro", calmly),
  },
  {
    name: "attach",
    requests: ["GET /comments", "POST /comments"],
    ask: (tracker, id) =>
      tracker.attach(id, { url: "https://cnb.cool/acme/app/-/pulls/1", title: "One", kind: "change" }, calmly),
  },
  {
    name: "ensureFollowUp",
    requests: [
      ...["GET /stories", "POST /stories", "GET /stories/get_time_relative_stories"],
      ...[
        "POST /stories/save_time_relations",
        "GET /stories/get_link_stories",
        "POST /stories/add_story_link_relations",
      ],
    ],
    ask: (tracker, id, other) => tracker.ensureFollowUp(id, "key", { ...DRAFT, blockedBy: [`TAPD-${other}`] }, calmly),
  },
  {
    name: "claim",
    requests: ["GET /comments", "POST /comments"],
    ask: (tracker, id) => tracker.claim(id, { owner: "host-a", expiresAt: 4e12 }, calmly),
  },
];

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "none";
  } catch (error) {
    return isMaestroError(error) ? error.code : `not ours: ${String(error)}`;
  }
}

/** Everything that the verbs can leave behind, as far as it does not differ from round to round. */
function left({ fake: { data } }: Stage): unknown {
  return {
    items: data.items.map(({ status, fields }) => [fields.name, status, fields.label, fields.description]),
    comments: data.comments.map(({ entryId, description }) => [entryId, description]),
    relations: data.timeRelations.map(({ workitemId }) => workitemId),
    links: data.links.map(({ srcStoryId }) => srcStoryId),
  };
}

const SEEDS = [
  { identifier: "ISS-1", title: "One", state: "Todo", labels: ["agent", "kept"] },
  { identifier: "ISS-2", title: "Two", state: "Todo" },
];
/** A read changes nothing however it fails, so a few ways are enough. */
const READ_FAULTS = FAULTS.filter(({ fault }) => ["status", "cut", "rate_limit"].includes(fault.kind)).slice(1);
const CASES = VERBS.flatMap((verb) =>
  verb.requests.flatMap((request) =>
    (request.startsWith("POST") ? FAULTS : READ_FAULTS).map((fault) => ({ ...fault, verb, request })),
  ),
);

/** A client of another process: nothing is remembered but what TAPD keeps. */
function stranger(ground: Stage): TapdTracker {
  return ground.open({}, { limiters: new RateLimiters(ground.clock) });
}

describe.each(VERBS)("$name, asked until it is done", (verb) => {
  let wanted: unknown;

  it("leaves what it is to leave when nothing goes wrong", async () => {
    const calm = await stage(SEEDS);
    const [id = "", other = ""] = calm.ids;
    const before = left(calm);
    await verb.ask(calm.open(), id, other);
    wanted = left(calm);
    expect(wanted).not.toEqual(before);
  });

  it.each(CASES.filter((one) => one.verb === verb))("does once what it does: $name at $request", async (one) => {
    const rough = await stage(SEEDS);
    const [id = "", other = ""] = rough.ids;
    // A write meets it once, a read so often that asking again does not help.
    const times = one.request.startsWith("POST") ? 1 : 9;
    rough.fake.server.faults.add({ ...one.fault, operation: one.request, times });
    const code = await codeOf(verb.ask(rough.open(), id, other));
    expect(code).toMatch(one.code);
    if (one.request.startsWith("POST") && HAPPENED.includes(one.fault.kind)) {
      expect(isUnknownEffect({ code })).toBe(true);
    }
    rough.fake.server.faults.clear();
    for (let round = 0; round < 2; round += 1) await verb.ask(stranger(rough), id, other);
    expect(left(rough)).toEqual(wanted);
  });
});

describe("reading", () => {
  const seeds = Array.from({ length: 230 }, (_, at) => ({
    identifier: `ISS-${at + 1}`,
    title: `Issue ${at + 1}`,
    state: "Todo",
  }));

  it("goes on after a passing failure, whichever page it was at", async () => {
    const ground = await stage(seeds);
    const tracker = ground.open();
    await tracker.health(calmly);
    for (const skip of [0, 1, 2]) {
      ground.fake.server.faults.add({ kind: "drop_after", operation: "GET /stories", skip });
      expect(await tracker.issuesByStates(["Todo"], calmly)).toHaveLength(230);
    }
  });

  it.each(FAULTS.flatMap((one) => [0, 1].map((skip) => ({ ...one, skip }))))(
    "is complete or an error: $name at page $skip",
    async ({ fault, skip, code }) => {
      const ground = await stage(seeds);
      const tracker = ground.open();
      await tracker.health(calmly);
      ground.fake.server.faults.add({ ...fault, operation: "GET /stories", skip, times: 9 });
      expect(await codeOf(tracker.issuesByStates(["Todo"], calmly))).toMatch(code);
    },
  );

  it("notices a page that was cut short, although it does not say so", async () => {
    const ground = await stage(seeds.slice(0, 30));
    const tracker = ground.open();
    const { faults } = ground.fake.server;
    faults.add({ kind: "partial", keep: 7, operation: "GET /stories" });
    expect(await tracker.issuesByStates(["Todo"], calmly)).toHaveLength(30);
    faults.add({ kind: "partial", keep: 7, operation: "GET /stories", times: 2 });
    expect(await tracker.issuesByStates(["Todo"], calmly)).toHaveLength(30);
    faults.add({ kind: "partial", keep: 7, operation: "GET /stories", times: 2 });
    expect(await stranger(ground).issuesByIds(ground.ids, calmly)).toHaveLength(30);
  });

  it("is not misled by an edit between two pages", async () => {
    const ground = await stage(seeds);
    const tracker = ground.open();
    await tracker.health(calmly);
    const { fake } = ground;
    fake.server.faults.add({ kind: "hold_after", ms: 20, operation: "GET /stories" });
    const reading = tracker.issuesByStates(["Todo"], calmly);
    while (operations(ground).at(-1) !== "GET /stories") await new Promise(setImmediate);
    itemOf(fake, ground.ids[3] ?? "").status = "Done";
    const found = await reading;
    expect(found.length).toBeGreaterThanOrEqual(229);
    for (const id of ground.ids.slice(200)) expect(found.some((issue) => issue.id === id)).toBe(true);
  });

  it("makes one comment where an old page of comments was cut short", async () => {
    const ground = await stage(seeds.slice(0, 1));
    const [id = ""] = ground.ids;
    for (const text of ["a", "b", "c"]) await ground.open().comment(id, text, "ann", calmly);
    await ground.open().ensureComment(id, "workpad", "Plan", "maestro", calmly);
    ground.fake.server.faults.add({ kind: "partial", keep: 2, operation: "GET /comments" });
    await stranger(ground).ensureComment(id, "workpad", "Plan 2", "maestro", calmly);
    expect(ground.fake.data.comments).toHaveLength(4);
  });
});

describe("the pace", () => {
  it("holds all clients of an account after a refusal for the limit, and asks nothing meanwhile", async () => {
    const ground = await stage(SEEDS);
    const [one, two] = [ground.open(), ground.open()];
    await one.health(calmly);
    ground.fake.server.faults.add({ kind: "rate_limit", operation: "GET /stories" });
    expect(await codeOf(one.issuesByStates(["Todo"], calmly))).toBe("tracker_rate_limited");
    const before = operations(ground).length;
    await expect(two.issuesByStates(["Todo"], calmly)).rejects.toMatchObject({
      retryable: true,
      retryAfterMs: expect.any(Number),
    });
    expect(operations(ground)).toHaveLength(before);
    ground.clock.advance(15_000);
    expect(await two.issuesByStates(["Todo"], calmly)).toHaveLength(2);
    expect(two.budget()).toMatchObject({ limit: null, remaining: null, spent: operations(ground).length });
  });

  it("stays within 60 requests in any minute, however much is asked", async () => {
    const ground = await stage(SEEDS);
    const tracker = ground.open();
    const start = ground.clock.monotonic();
    const times: number[] = [];
    while (times.length < 90) {
      await tracker.issuesByIds([...ground.ids], calmly);
      const now = ground.clock.monotonic() - start;
      while (times.length < operations(ground).length) times.push(now);
    }
    for (const from of times)
      expect(times.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(60);
  });

  it("asks no more than a list, a refresh and what is not known yet in a cycle", async () => {
    const seeds = Array.from({ length: 20 }, (_, at) => ({
      identifier: `ISS-${at + 1}`,
      title: `${at}`,
      state: at < 5 ? "Doing" : "Todo",
    }));
    const ground = await stage(seeds);
    const tracker = ground.open();
    const counts: number[] = [];
    for (let cycle = 0; cycle < 4; cycle += 1) {
      const before = operations(ground).length;
      await tracker.issuesByStates(["Todo", "Doing"], calmly);
      await tracker.issuesByIds(ground.ids.slice(0, 5), calmly);
      counts.push(operations(ground).length - before);
    }
    // 5 for the workflow, 2 for a list that is new, 10 and 10 for dependencies; then one list and one refresh.
    expect(counts).toEqual([18, 12, 2, 2]);
  });
});

describe("secrets", () => {
  it("are in no error, whatever TAPD says", async () => {
    const ground = await stage(SEEDS);
    const encoded = Buffer.from(`maestro:${PASSWORD}`).toString("base64");
    const info = `You sent ${PASSWORD} and ${encoded}`;
    ground.fake.server.faults.add({
      kind: "status",
      status: 422,
      operation: "GET /stories",
      body: { status: 422, data: "", info },
    });
    const error = await ground
      .open()
      .issuesByStates(["Todo"], calmly)
      .catch((thrown: unknown) => thrown);
    const text = JSON.stringify(errorDocument(error));
    expect(text).toContain("You sent");
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(encoded);
  });
});
