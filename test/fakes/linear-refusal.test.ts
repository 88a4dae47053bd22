import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readHooks } from "./hooks.ts";
import { ask, documentOf, KEY, start } from "./linear-stage.ts";

describe("refusing", () => {
  it.each([
    ["an unknown key", "{ viewer { id } }", "wrong", 401, "AUTHENTICATION_ERROR"],
    ["an unknown field", "{ viewer { nope } }", KEY, 400, "GRAPHQL_VALIDATION_FAILED"],
    [
      "a dialect's filter",
      "{ issues(filter: { team: { eq: 1 } }) { nodes { id } } }",
      KEY,
      400,
      "GRAPHQL_VALIDATION_FAILED",
    ],
    ["an unlisted root field", "{ cycles { nodes { id } } }", KEY, 400, "GRAPHQL_VALIDATION_FAILED"],
    ["a document that is none", "{", KEY, 400, "GRAPHQL_PARSE_FAILED"],
    ["a missing variable", "query Q($id: String!) { issue(id: $id) { id } }", KEY, 400, "BAD_USER_INPUT"],
  ])("%s", async (_name, query, key, status, code) => {
    const fake = await start();
    const answer = await ask(fake, query, {}, key);
    expect([answer.status, answer.body.errors[0].extensions.code]).toEqual([status, code]);
    expect(fake.server.log.effects()).toEqual([]);
  });

  it("an issue that is not there", async () => {
    const { body } = await ask(await start(), `{ issue(id: "ENG-99") { id } }`);
    expect(body).toMatchObject({
      data: null,
      errors: [{ message: "Entity not found: Issue", extensions: { type: "invalid input", code: "INPUT_ERROR" } }],
    });
  });

  it("a field that it does not serve, instead of making one up", async () => {
    const { body } = await ask(await start(), `{ issues { nodes { sortOrder } } }`);
    expect(body.errors[0].message).toBe("This fake does not serve Issue.sortOrder");
  });

  it("what is too complex for one query, or too much for an hour", async () => {
    const fake = await start({ limits: { requests: 2 } });
    const heavy = await ask(fake, documentOf("CandidateIssues"), { filter: {}, first: 100 });
    expect([heavy.status, heavy.body.errors[0].message]).toEqual([400, expect.stringContaining("Query too complex")]);
    await ask(fake, "{ viewer { id } }");
    expect((await ask(fake, "{ viewer { id } }")).headers.get("x-ratelimit-requests-remaining")).toBe("0");
    const { status, body, headers } = await ask(fake, "{ viewer { id } }");
    expect(status).toBe(400);
    expect(body.errors[0].extensions).toMatchObject({ type: "ratelimited", code: "RATELIMITED", statusCode: 429 });
    expect(Number(headers.get("x-ratelimit-requests-reset"))).toBeGreaterThan(1e12);
    fake.server.clock.advance(3_600_000);
    expect((await ask(fake, "{ viewer { id } }")).status).toBe(200);
  });
});

describe("webhooks", () => {
  it("are signed, say what changed, and come twice when a fault says so", async () => {
    const fake = await start();
    const hooks = await readHooks();
    const input = { url: hooks.url, resourceTypes: ["Issue"], teamId: fake.data.teams[0]?.id, secret: "s3" };
    await ask(fake, documentOf("CreateWebhook"), { input });
    fake.server.faults.add({ kind: "duplicate_webhook", operation: "Issue" });
    const stateId = fake.data.states.find(({ name }) => name === "Done")?.id;
    const before = fake.data.issues[0]?.stateId;
    await ask(fake, documentOf("UpdateIssue"), { id: "ENG-1", input: { stateId } });
    await fake.server.webhooks.settle();
    await hooks.close();
    expect(hooks.received).toHaveLength(2);
    const [first, second] = hooks.received;
    expect(first?.headers["linear-delivery"]).toBe(second?.headers["linear-delivery"]);
    const signature = createHmac("sha256", "s3")
      .update(first?.body ?? "")
      .digest("hex");
    expect(first?.headers["linear-signature"]).toBe(signature);
    expect(JSON.parse(first?.body ?? "")).toMatchObject({
      action: "update",
      type: "Issue",
      data: { identifier: "ENG-1", stateId },
      updatedFrom: { stateId: before },
      webhookTimestamp: expect.any(Number),
    });
  });
});
