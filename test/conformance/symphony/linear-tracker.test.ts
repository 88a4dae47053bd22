import { expect, test } from "vitest";
import { builtInKinds } from "../../../src/app-kinds.ts";
import { linearTracker } from "../../../src/trackers/linear/index.ts";
import { calmly, stage } from "../../trackers/linear/stage.ts";

const many = Array.from({ length: 120 }, (_, at) => ({
  identifier: `ISS-${at + 1}`,
  title: `Issue ${at + 1}`,
  state: "Todo",
}));

test("S-210 an error has one of eight categories, and says whether and when to ask again", async () => {
  const ground = await stage();
  const { faults } = ground.fake.server;
  const tracker = ground.open();
  const ask = () => tracker.issuesByStates(["Todo"], calmly);
  await expect(builtInKinds().trackers.load("papyrus")).rejects.toMatchObject({ code: "unsupported_kind" });
  expect(() => linearTracker.parseOptions({})).toThrowError(
    expect.objectContaining({ code: "tracker_invalid_config" }),
  );
  const keyless = linearTracker.open({ team: "ISS" }, ground.place.context);
  await expect(keyless).rejects.toMatchObject({ code: "tracker_missing_secret", retryable: false });
  faults.add({ kind: "drop_before", operation: "*" });
  await expect(ask()).rejects.toMatchObject({ code: "tracker_request", retryable: true });
  faults.add({ kind: "status", status: 503, operation: "*" });
  await expect(ask()).rejects.toMatchObject({ code: "tracker_status", retryable: true, facts: { status: 503 } });
  faults.add({ kind: "malformed", operation: "*" });
  await expect(ask()).rejects.toMatchObject({ code: "tracker_response" });
  const issues = { nodes: [], pageInfo: { hasNextPage: true, endCursor: null } };
  faults.add({ kind: "status", status: 200, body: { data: { issues } }, operation: "*" });
  await expect(ask()).rejects.toMatchObject({ code: "tracker_pagination" });
  faults.add({ kind: "rate_limit", retryAfter: 90, operation: "*" });
  const limited = { code: "tracker_rate_limited", retryable: true, retryAfterMs: 90_000 };
  await expect(ask()).rejects.toMatchObject(limited);
});

test("S-213 issues keep the order of their pages", async () => {
  const ground = await stage(many);
  ground.fake.server.faults.add({ kind: "partial", operation: "query issues", keep: 7, times: 3 });
  const found = await ground.open().issuesByStates(["Todo"], calmly);
  // All were made at one instant, so the last id comes first.
  expect(found.map(({ identifier }) => identifier)).toEqual(many.map(({ identifier }) => identifier).reverse());
});

test("S-215 what goes wrong with configuration, request, answer, shape, pages or limits is an error of its own", async () => {
  const ground = await stage(many);
  const { faults } = ground.fake.server;
  const tracker = ground.open();
  const codeAt = async (page: number, fault: Parameters<typeof faults.add>[0]) => {
    faults.add({ ...fault, skip: page });
    const code = await tracker.issuesByStates(["Todo"], calmly).then(
      () => "none",
      (error: { code: string }) => error.code,
    );
    faults.clear();
    return code;
  };
  const on = { operation: "query issues" };
  for (const page of [0, 1, 2]) {
    expect(await codeAt(page, { kind: "drop_after", ...on })).toBe("tracker_request");
    expect(await codeAt(page, { kind: "status", status: 500, ...on })).toBe("tracker_status");
    expect(await codeAt(page, { kind: "cut", ...on })).toBe("tracker_request");
    expect(await codeAt(page, { kind: "status", status: 200, body: { data: {} }, ...on })).toBe("tracker_response");
  }
  expect(await codeAt(1, { kind: "rate_limit", ...on })).toBe("tracker_rate_limited");
  // Until then nothing is asked.
  const asked = ground.fake.server.log.calls.length;
  await expect(tracker.health(calmly)).rejects.toMatchObject({ code: "tracker_rate_limited" });
  expect(ground.fake.server.log.calls).toHaveLength(asked);
});
