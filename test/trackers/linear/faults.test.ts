import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import type { Fault } from "../../../dev/fakes/shared/faults.ts";
import { errorDocument, isMaestroError } from "../../../src/base/errors.ts";
import { isUnknownEffect } from "../../../src/contracts/outside.ts";
import type { LinearTracker } from "../../../src/trackers/linear/client.ts";
import { issueCalled, KEY } from "./harness.ts";
import { calmly, operations, type Stage, stage } from "./stage.ts";

const DRAFT = { title: "Later", description: null, state: "Backlog", labels: ["x"], priority: null, blockedBy: [] };

/** What may go wrong with one request, each with the codes that it may end with. */
const FAULTS: readonly { readonly name: string; readonly fault: Omit<Fault, "operation">; readonly code: RegExp }[] = [
  { name: "a gateway's error page", fault: { kind: "status", status: 502 }, code: /^tracker_(status|response)$/ },
  { name: "a reset before it happened", fault: { kind: "drop_before" }, code: /^tracker_request$/ },
  { name: "a reset after it happened", fault: { kind: "drop_after" }, code: /^tracker_request$/ },
  { name: "an answer that is no JSON", fault: { kind: "malformed" }, code: /^tracker_response$/ },
  { name: "half an answer", fault: { kind: "cut" }, code: /^tracker_request$/ },
  { name: "an error beside the data", fault: { kind: "partial_errors" }, code: /^tracker_(status|response)$/ },
  { name: "the rate limit", fault: { kind: "rate_limit", retryAfter: 0.02 }, code: /^tracker_rate_limited$/ },
];

/** Verbs that the outbox repeats, with the requests they make and what is there when each was done once. */
const VERBS: readonly {
  readonly name: string;
  readonly requests: readonly string[];
  readonly ask: (tracker: LinearTracker, id: string) => Promise<unknown>;
}[] = [
  {
    name: "move",
    requests: ["query issues", "query workflowStates", "mutation issueUpdate"],
    ask: (tracker, id) => tracker.move(id, { to: "In Review", from: "Todo" }, calmly),
  },
  {
    name: "label",
    requests: ["query issues", "query issueLabels", "mutation issueLabelCreate", "mutation issueUpdate"],
    ask: (tracker, id) => tracker.label(id, { add: ["fresh"], remove: ["agent"] }, calmly),
  },
  {
    name: "ensureComment",
    requests: ["query comments", "mutation commentCreate"],
    ask: (tracker, id) => tracker.ensureComment(id, "workpad", "Plan", "maestro", calmly),
  },
  {
    name: "attach",
    requests: ["mutation attachmentLinkGitHubPR"],
    ask: (tracker, id) =>
      tracker.attach(id, { url: "https://github.com/acme/app/pull/1", title: "One", kind: "change" }, calmly),
  },
  {
    name: "ensureFollowUp",
    requests: ["query issues", "query workflowStates", "mutation issueCreate", "mutation issueRelationCreate"],
    ask: (tracker, id) => tracker.ensureFollowUp(id, "key", { ...DRAFT, blockedBy: ["ISS-1"] }, calmly),
  },
  {
    name: "claim",
    requests: ["query issue", "mutation commentCreate"],
    ask: (tracker, id) => tracker.claim(id, { owner: "host-a", expiresAt: 4e12 }, calmly),
  },
];

const HAPPENED: readonly Fault["kind"][] = ["drop_after", "malformed", "cut", "partial_errors"];

/** The fake's bucket is full again. */
function passTime({ fake }: Stage): void {
  fake.server.clock.advance(3_600_000);
}

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
  const nameOf = (id: string) => data.states.find((state) => state.id === id)?.name;
  const labelOf = (id: string) => data.labels.find((label) => label.id === id)?.name ?? "";
  return {
    issues: data.issues.map((one) => [one.title, nameOf(one.stateId), one.labelIds.map(labelOf).sort()]),
    comments: data.comments.map(({ id, body }) => [id, body]),
    attachments: data.attachments.map(({ url, title }) => [url, title]),
    relations: data.relations.map(({ type }) => type).sort(),
    labels: data.labels.map(({ name }) => name),
  };
}

const CASES = VERBS.flatMap((verb) =>
  verb.requests.flatMap((request) => FAULTS.map((fault) => ({ ...fault, verb, request }))),
);

describe.each(VERBS)("$name, asked until it is done", (verb) => {
  it.each(CASES.filter((one) => one.verb === verb))("does once what it does: $name at $request", async (one) => {
    const seeds = [{ identifier: "ISS-1", title: "One", state: "Todo", labels: ["agent", "kept"] }];
    const [calm, rough] = [await stage(seeds), await stage(seeds)];
    await verb.ask(calm.open(), calm.ids[0] ?? "");
    rough.fake.server.faults.add({ ...one.fault, operation: one.request });
    const tracker = rough.open();
    const code = await codeOf(verb.ask(tracker, rough.ids[0] ?? ""));
    expect(code).toMatch(one.code);
    const happened = one.request.startsWith("mutation") && HAPPENED.includes(one.fault.kind);
    if (happened) expect(isUnknownEffect({ code })).toBe(true);
    passTime(rough);
    // A new process: nothing is remembered but what Linear keeps.
    for (let round = 0; round < 2; round += 1) await verb.ask(rough.open(), rough.ids[0] ?? "");
    expect(left(rough)).toEqual(left(calm));
  });
});

describe("reading", () => {
  const seeds = Array.from({ length: 120 }, (_, at) => ({
    identifier: `ISS-${at + 1}`,
    title: `Issue ${at + 1}`,
    state: "Todo",
  }));

  it.each(FAULTS.flatMap((one) => [0, 1, 2].map((skip) => ({ ...one, skip }))))(
    "is a whole list or an error: $name on page $skip",
    async ({ fault, code, skip }) => {
      const ground = await stage(seeds);
      ground.fake.server.faults.add({ ...fault, operation: "query issues", skip });
      const tracker = ground.open();
      expect(await codeOf(tracker.issuesByStates(["Todo"], calmly))).toMatch(code);
      passTime(ground);
      expect(await tracker.issuesByStates(["Todo"], calmly)).toHaveLength(120);
      ground.fake.server.faults.add({ ...fault, operation: "query issues", skip });
      expect(await codeOf(tracker.issuesByIds(ground.ids, calmly))).toMatch(code);
      passTime(ground);
      expect(await tracker.issuesByIds(ground.ids, calmly)).toHaveLength(120);
    },
  );

  it("follows short pages to their end, each issue once, in order", async () => {
    const ground = await stage(seeds);
    ground.fake.server.faults.add({ kind: "partial", operation: "query issues", keep: 7, times: 5 });
    const found = await ground.open().issuesByStates(["Todo"], calmly);
    expect(new Set(found.map(({ id }) => id)).size).toBe(120);
    expect(found).toHaveLength(120);
    const calm = await ground.open().issuesByStates(["Todo"], calmly);
    expect(found.map(({ id }) => id)).toEqual(calm.map(({ id }) => id));
  });

  it("meets an issue that is edited between two pages", async () => {
    const ground = await stage(seeds);
    const tracker = ground.open();
    const reading = tracker.issuesByStates(["Todo"], calmly);
    while (operations(ground).length === 0) await new Promise((resolve) => setImmediate(resolve));
    // It stands on the last page; ordered by the last change it would now stand on the first.
    const oldest = issueCalled(ground.fake, "ISS-1");
    Object.assign(oldest, { title: "Edited", updatedAt: new Date(Date.now() + 1_000).toISOString() });
    expect((await reading).map(({ identifier }) => identifier)).toContain("ISS-1");
  });

  it.each([
    [{ hasNextPage: true, endCursor: null }, "does not say from where"],
    [{ hasNextPage: true, endCursor: "again" }, "the same page came twice"],
  ])("ends where the pages do not: %j", async (pageInfo, message) => {
    const ground = await stage();
    const body = { data: { issues: { nodes: [], pageInfo } } };
    ground.fake.server.faults.add({ kind: "status", status: 200, body, operation: "*", times: 3 });
    await expect(ground.open().issuesByStates(["Todo"], calmly)).rejects.toMatchObject({
      code: "tracker_pagination",
      message: expect.stringContaining(message),
    });
  });
});

describe("an error", () => {
  it("quotes no answer's body, and no secret", async () => {
    const ground = await stage();
    const body = `<html>Authorization: ${KEY}</html>`;
    ground.fake.server.faults.add({ kind: "status", status: 502, body, operation: "*" });
    const message = `The key ${KEY} is not allowed`;
    const errors = [{ message, extensions: { code: "INPUT_ERROR", userError: true } }];
    const tracker = ground.open();
    const seen: unknown[] = [];
    for (const more of [{}, { status: 400, body: { errors } }, { status: 403, body: { errors } }]) {
      if ("body" in more) ground.fake.server.faults.add({ kind: "status", operation: "*", ...more });
      await tracker.health(calmly).catch((error: unknown) => seen.push(error));
    }
    expect(seen.map((error) => errorDocument(error).code)).toEqual([
      "tracker_status",
      "tracker_status",
      "tracker_auth",
    ]);
    for (const error of seen) {
      const shown = `${JSON.stringify(errorDocument(error))} ${error instanceof Error ? error.stack : ""}`;
      expect(shown).not.toContain(KEY);
      expect(shown).not.toContain("<html>");
    }
  });
});

describe("the rate limit", () => {
  it("is obeyed by all clients of the key, and by no other key's", async () => {
    const clock = new VirtualClock({ start: Date.now() });
    const ground = await stage(undefined, {}, clock);
    ground.fake.server.faults.add({ kind: "rate_limit", retryAfter: 30, operation: "*" });
    const [one, two, other] = [ground.open(), ground.open(), ground.open({ api_key: "lin_api_fedcba9876543210" })];
    const limited = { code: "tracker_rate_limited", retryable: true, retryAfterMs: 30_000 };
    await expect(one.health(calmly)).rejects.toMatchObject(limited);
    await expect(two.issuesByStates(["Todo"], calmly)).rejects.toMatchObject(limited);
    expect(operations(ground)).toHaveLength(1);
    await other.health(calmly);
    expect(one.budget()).toMatchObject({ remaining: 0, spent: 1 });
    expect(one.budget()?.credential).not.toContain(KEY);
    await clock.advance(30_000);
    ground.fake.server.clock.advance(60_000);
    expect(await two.issuesByStates(["Todo"], calmly)).toHaveLength(1);
  });

  it("without a Retry-After is waited for as long as it takes to be asked a little again", async () => {
    const clock = new VirtualClock({ start: Date.now() });
    const ground = await stage(undefined, {}, clock);
    ground.fake.server.faults.add({ kind: "rate_limit", operation: "*" });
    const tracker = ground.open();
    const error: unknown = await tracker.health(calmly).catch((thrown: unknown) => thrown);
    const ms = isMaestroError(error) ? (error.retryAfterMs ?? 0) : 0;
    // A twentieth of the hour in which the fake's bucket empties.
    expect(ms).toBeGreaterThan(170_000);
    expect(ms).toBeLessThanOrEqual(180_001);
    await clock.advance(ms);
    ground.fake.server.clock.advance(ms);
    await tracker.health(calmly);
  });
});

describe("no answer", () => {
  it("is waited for 20 s, and leaves open whether it happened", async () => {
    const clock = new VirtualClock({ start: Date.now() });
    const ground = await stage(undefined, {}, clock);
    ground.fake.server.faults.add({ kind: "hold_after", operation: "mutation commentCreate" });
    const tracker = ground.open();
    const asking = codeOf(tracker.ensureComment(ground.ids[0] ?? "", "workpad", "Plan", "maestro", calmly));
    while (ground.fake.data.comments.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(20_000);
    expect(await asking).toBe("tracker_request");
    await ground.open().ensureComment(ground.ids[0] ?? "", "workpad", "Plan", "maestro", calmly);
    expect(ground.fake.data.comments).toHaveLength(1);
  });

  it("ends with its caller at once", async () => {
    const ground = await stage();
    ground.fake.server.faults.add({ kind: "hold", operation: "*" });
    const caller = new AbortController();
    const asking = codeOf(ground.open().health({ signal: caller.signal }));
    while (ground.open().budget() === null && ground.fake.server.log.calls.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    caller.abort();
    expect(await asking).toBe("aborted");
  });
});

describe("a refusal in words that nobody documented", () => {
  it("for an id that is taken ends like the documented one: what is there is found by its id", async () => {
    const ground = await stage();
    const [id = ""] = ground.ids;
    const draft = { ...DRAFT, labels: [], blockedBy: ["ISS-1"] };
    const expiresAt = Date.now() + 60_000;
    const all = async (tracker: LinearTracker, owner: string) => [
      await tracker.ensureComment(id, "workpad", "Plan", "maestro", calmly),
      (await tracker.ensureFollowUp(id, "key", draft, calmly)).id,
      await tracker.claim(id, { owner, expiresAt }, calmly),
    ];
    const [comment, followUp] = await all(ground.open(), "host-a");
    const before = JSON.stringify(left(ground));
    // A client that sees nothing of it, in front of a Linear with other words.
    const errors = [{ message: "This id was used before", extensions: { code: "INPUT_ERROR", userError: true } }];
    const refusal = { kind: "status", status: 200, body: { data: null, errors } } as const;
    const creations = ["commentCreate", "issueCreate", "issueRelationCreate"].map((name) => `mutation ${name}`);
    const blind = { kind: "status", status: 200 } as const;
    const nothing = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
    const { faults } = ground.fake.server;
    faults.add(...creations.map((operation) => ({ ...refusal, operation, times: 9 })));
    faults.add({ ...blind, body: { data: { comments: nothing } }, operation: "query comments" });
    faults.add({ ...blind, body: { data: { issue: { comments: nothing } } }, operation: "query issue" });
    expect(await all(ground.open(), "host-b")).toEqual([
      comment,
      followUp,
      { kind: "held", owner: "host-a", expiresAt },
    ]);
    expect(JSON.stringify(left(ground))).toBe(before);
  });
});
