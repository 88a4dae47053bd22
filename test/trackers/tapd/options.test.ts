import { describe, expect, it } from "vitest";
import { SecretRegistry } from "../../../src/base/redact.ts";
import { builtInKinds } from "../../../src/app-kinds.ts";
import { tapdTracker } from "../../../src/trackers/tapd/index.ts";
import { parseTapdOptions, readTapdOptions } from "../../../src/trackers/tapd/options.ts";
import { readTapdDelivery } from "../../../src/trackers/tapd/webhook.ts";
import { composeTemplate } from "../../../src/workflow/index.ts";
import { loadText, problemsOf } from "../../workflow/fixture.ts";

const ENVIRONMENT = {
  ...{ HOME: "/home/ann", TAPD_API_USER: "maestro", TAPD_API_PASSWORD: "pass-word", TAPD_WORKSPACE_ID: "20003271" },
};
const REST = "workflow: {profile: {kind: triage, version: 1}}\nagent_provider: {kind: mock}";
const LIFECYCLE = `  lifecycle:
    raw_state_by_route_key:
      {intake: status_4, classifying: developing, needs_info: status_5, routed: resolved, duplicate: rejected, rejected: rejected}`;

function read(options: Parameters<typeof parseTapdOptions>[0], environment: Record<string, string> = ENVIRONMENT) {
  return readTapdOptions(options, { environment, secrets: new SecretRegistry() });
}

describe("the options", () => {
  it("come from the file, else from the environment", () => {
    expect(read({})).toMatchObject({
      ...{ user: "maestro", password: "pass-word", workspaceId: "20003271", author: "maestro", zone: "Asia/Shanghai" },
      ...{ endpoint: "https://api.tapd.cn", entities: ["story"], typeIds: null, requestsPerMinute: 60 },
    });
    expect(read({ api_user: "$MISSING", workspace_id: 123, comment_author: "ann" })).toMatchObject({
      ...{ user: "maestro", workspaceId: "123", author: "ann" },
    });
  });

  it("of the control plane mean the same", () => {
    const platform = { workspace_id: "9", comment_author: "ann", workitem_type_id: "1120003271000000001" };
    expect(read({ api_key: "u", api_secret: "secret-p", platform }, {})).toMatchObject({
      ...{ user: "u", password: "secret-p", workspaceId: "9", author: "ann", typeIds: ["1120003271000000001"] },
    });
  });

  it.each([
    [{ asignee: "x" }, /asignee is not a known key/],
    [{ type_ids: [1120003271] }, /type_ids\.0 must be a text/],
    [{ workspace_id: "my workspace" }, /workspace_id is no number/],
    [{ time_zone: "China" }, /time_zone is no time zone/],
    [{ endpoint: "http://api.tapd.cn" }, /endpoint must begin with https/],
    [{ items: ["tasks"] }, /items/],
    [{ items: ["bugs"], type_ids: ["1"] }, /type_ids is for stories/],
    [{ fields_on_move: { done: { status: "x" } } }, /fields_on_move\.done\.status cannot be written/],
  ])("are refused with their place: %j", (options, message) => {
    const attempt = () => parseTapdOptions(JSON.parse(JSON.stringify(options)));
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code: "tracker_invalid_config" }));
  });

  it.each([
    ["TAPD_API_USER", "tracker_missing_secret"],
    ["TAPD_API_PASSWORD", "tracker_missing_secret"],
    ["TAPD_WORKSPACE_ID", "tracker_invalid_config"],
  ])("say which variable is missing: %s", (name, code) => {
    const { [name]: _, ...rest } = { ...ENVIRONMENT } as Record<string, string>;
    expect(() => read({}, rest)).toThrow(expect.objectContaining({ code, hint: expect.stringContaining(name) }));
  });

  it("keep the password masked, alone and as it is sent", () => {
    const secrets = new SecretRegistry();
    readTapdOptions({}, { environment: ENVIRONMENT, secrets });
    const sent = Buffer.from("maestro:pass-word").toString("base64");
    expect(secrets.redact(`pass-word, Basic ${sent}`)).toBe(
      "[REDACTED:TAPD_API_PASSWORD], Basic [REDACTED:TAPD_API_PASSWORD]",
    );
    expect(tapdTracker.secretKeys).toContain("api_password");
  });
});

describe("a workflow file", () => {
  const setting = { kinds: builtInKinds(), environment: ENVIRONMENT };

  it.each([
    [
      "of ours",
      "  provider: {api_user: $TAPD_API_USER, api_password: $TAPD_API_PASSWORD, workspace_id: $TAPD_WORKSPACE_ID}",
    ],
    [
      "of the control plane",
      "  auth: {api_key: $TAPD_API_USER, api_secret: $TAPD_API_PASSWORD}\n  provider: {platform: {workspace_id: $TAPD_WORKSPACE_ID}}",
    ],
  ])("%s leads to the same account", async (_, provider) => {
    const { tracker } = await loadText(`tracker:\n  kind: tapd\n${provider}\n${LIFECYCLE}\n${REST}`, setting);
    expect(read(tracker.options, {})).toMatchObject({
      user: "maestro",
      password: "pass-word",
      workspaceId: "20003271",
    });
  });

  it("is told where it is wrong", async () => {
    const text = `tracker:\n  kind: tapd\n  provider: {workspace: 1}\n${LIFECYCLE}\n${REST}`;
    const [problem] = await problemsOf(loadText(text, setting));
    expect(problem).toMatch(/^WORKFLOW\.md:4:\d+ tracker\.provider\.workspace is not a known key/);
  });

  it("from the template has the ancestor's states", async () => {
    const { text, environment } = await composeTemplate("tapd/memory/mock", "/nowhere");
    expect(environment.map(({ name }) => name)).toEqual(["TAPD_API_USER", "TAPD_API_PASSWORD", "TAPD_WORKSPACE_ID"]);
    const front = /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1] ?? "";
    const { states } = (await loadText(front, setting)).tracker;
    expect(states.map(({ name, category }) => `${name}: ${category}`)).toEqual([
      ...["status_4: todo", "developing: in_progress", "status_5: review", "merging: merging", "rework: rework"],
      ...["resolved: done", "rejected: canceled"],
    ]);
  });
});

describe("a webhook", () => {
  const told = {
    event: "story::update",
    event_id: "e1",
    id: "1120003271001000001",
    secret: "s3cret",
    workspace_id: "20003271",
  };
  const deliver = (body: string, type: string, secret: string | null = "s3cret") =>
    readTapdDelivery(secret, "20003271", { body: Buffer.from(body), headers: { "content-type": type }, receivedAt: 0 });
  const json = (more: object) => deliver(JSON.stringify({ ...told, ...more }), "application/json");

  it("is believed with the secret, as a form and as JSON", () => {
    const expected = { ok: true, id: "e1", subjects: ["1120003271001000001"] };
    expect(json({})).toEqual(expected);
    expect(deliver(new URLSearchParams(told).toString(), "application/x-www-form-urlencoded")).toEqual(expected);
    expect(json({ event: "bug::create" })).toMatchObject({ subjects: ["bug-1120003271001000001"] });
    expect(json({ event: "story_comment::add" })).toMatchObject({ ok: true, subjects: [] });
    expect(json({ workspace_id: "1" })).toMatchObject({ ok: true, subjects: [] });
  });

  it("is not believed otherwise", () => {
    expect(json({ secret: "other" })).toEqual({ ok: false, code: "bad_signature" });
    expect(json({ secret: "" })).toEqual({ ok: false, code: "unsigned" });
    expect(json({ secret: undefined })).toEqual({ ok: false, code: "unsigned" });
    expect(json({ event_id: "" })).toEqual({ ok: false, code: "unreadable" });
    expect(deliver("{", "application/json")).toEqual({ ok: false, code: "unreadable" });
    expect(deliver(JSON.stringify(told), "application/json", null)).toEqual({ ok: false, code: "bad_signature" });
  });
});
