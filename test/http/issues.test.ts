import { describe, expect, it } from "vitest";
import type { IssueRow, Page } from "../../src/model/documents/api.ts";
import { aCandidate, aClosedLane, aLaneRow, emptyStatus } from "./documents.ts";
import { ground } from "./ground.ts";

type Got = ReturnType<typeof ground>;

async function page({ get }: Got, query: string): Promise<Page<IssueRow>> {
  return Object(await (await get(`/api/v2/issues${query}`)).json());
}

/** Identifiers of all pages. */
async function all(made: Got, query: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const { items, next }: Page<IssueRow> = await page(made, `${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
    pages.push(items.map((row) => row.issue_identifier));
    cursor = next;
    if (pages.length > 20) throw new Error("no end");
  }
  return pages;
}

function inhabited() {
  const made = ground();
  made.world.status = emptyStatus({
    waiting: [aCandidate("W-1"), aCandidate("W-2"), aCandidate("O-1", { lane_id: "x" })],
  });
  made.world.open = [aLaneRow("O-1"), aLaneRow("O-2", { stage: "parked" })];
  made.world.closed = [aClosedLane("F-1"), aClosedLane("F-2"), aClosedLane("F-3")];
  return made;
}

describe("GET /api/v2/issues", () => {
  it("lists candidates, open lanes and finished ones, each once, over any size of page", async () => {
    const expected = ["W-1", "W-2", "O-1", "O-2", "F-1", "F-2", "F-3"];
    for (const limit of [1, 2, 3, 4, 5, 7, 200]) {
      const pages = await all(inhabited(), `?limit=${limit}`);
      expect([limit, pages.flat()]).toEqual([limit, expected]);
      expect(pages.every((items) => items.length <= limit)).toBe(true);
    }
  });

  it.each([
    ["waiting", ["W-1", "W-2"]],
    ["open", ["O-1", "O-2"]],
    ["finished", ["F-1", "F-2", "F-3"]],
  ])("leaves only %s ones", async (state, expected) => {
    for (const limit of [1, 2, 50])
      expect((await all(inhabited(), `?state=${state}&limit=${limit}`)).flat()).toEqual(expected);
  });

  it("searches identifier, title and branch, whatever the case", async () => {
    const made = inhabited();
    made.world.closed = [
      aClosedLane("F-1", { title: "Rounding of Discounts" }),
      aClosedLane("F-2", { branch: "fix/discount" }),
    ];
    made.world.open = [aLaneRow("DISCOUNT-7"), aLaneRow("O-2")];
    expect((await all(made, "?q=discount")).flat()).toEqual(["DISCOUNT-7", "F-1", "F-2"]);
    expect((await all(made, "?q=discount&state=finished&limit=1")).flat()).toEqual(["F-1", "F-2"]);
    expect((await all(made, "?q=nothing")).flat()).toEqual([]);
  });

  it("shows an issue that came back with its newest lane only", async () => {
    const made = ground();
    made.world.status = emptyStatus({ waiting: [aCandidate("BACK-1")] });
    made.world.open = [aLaneRow("BACK-2", { lane_id: "lane_2" })];
    made.world.closed = [
      aClosedLane("BACK-1", { lane_id: "lane_old" }),
      aClosedLane("BACK-2", { lane_id: "lane_1" }),
      aClosedLane("TWICE", { lane_id: "lane_t2" }),
      aClosedLane("TWICE", { lane_id: "lane_t1" }),
    ];
    const { items } = await page(made, "");
    expect(items.map((row) => [row.issue_identifier, row.place, row.lane_id])).toEqual([
      ["BACK-1", "waiting", null],
      ["BACK-2", "open", "lane_2"],
      ["TWICE", "finished", "lane_t2"],
    ]);
  });

  it("says why each stands where it stands", async () => {
    const { items } = await page(inhabited(), "?limit=1");
    expect(items).toMatchObject([{ stage: "candidate", reason: { code: "no_slot" }, runs: 0, updated_at: null }]);
  });

  it.each([
    ["?limit=0", "query/limit"],
    ["?limit=201", "query/limit"],
    ["?limit=x", "query/limit"],
    ["?limit=1&limit=2", "query/limit"],
    ["?state=closed", "query/state"],
    ["?cursor=nonsense", "query/cursor"],
    ["?cursor=bnVsbA", "query/cursor"],
    [`?q=${"x".repeat(201)}`, "query/q"],
    ["?stat=open", "query/stat"],
  ])("says where in %s the mistake is", async (query, at) => {
    const answer = await ground().get(`/api/v2/issues${query}`);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: "bad_query", at } }]);
  });

  it("names the word that was probably meant", async () => {
    const answer = await ground().get("/api/v2/issues?stat=open");
    expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining('Did you mean "state"?') } });
  });

  it("finds one among thousands of finished ones, a stretch at a time", async () => {
    const made = ground();
    made.world.closed = Array.from({ length: 4_500 }, (_, at) =>
      aClosedLane(`F-${at}`, { title: at === 4_321 ? "needle" : "hay" }),
    );
    const pages = await all(made, "?q=needle&limit=5");
    expect([pages.length, pages.flat()]).toEqual([3, ["F-4321"]]);
  });
});

describe("GET /api/v2/issues/<issue>", () => {
  it("shows the newest lane in full, and all of them", async () => {
    const made = ground();
    made.world.open = [aLaneRow("A/1", { lane_id: "lane_2" })];
    made.world.closed = [aClosedLane("A/1", { lane_id: "lane_1" })];
    for (const name of ["A%2F1", "id-A%2F1"]) {
      const document = Object(await (await made.get(`/api/v2/issues/${name}`)).json());
      expect(document).toMatchObject({
        issue: { place: "open", lane_id: "lane_2" },
        lane: { lane_id: "lane_2", verbs: ["retry", "park"] },
        lanes: [{ lane_id: "lane_2" }, { lane_id: "lane_1" }],
      });
    }
  });

  it("shows why a candidate waits, also one that has been here before", async () => {
    const made = ground();
    made.world.status = emptyStatus({ waiting: [aCandidate("NEW-1"), aCandidate("BACK-1")] });
    made.world.closed = [aClosedLane("BACK-1")];
    expect(await (await made.get("/api/v2/issues/NEW-1")).json()).toMatchObject({
      issue: { place: "waiting", reason: { sentence: "All agents are at work." } },
      lane: null,
      lanes: [],
    });
    expect(await (await made.get("/api/v2/issues/BACK-1")).json()).toMatchObject({
      issue: { place: "waiting" },
      lane: { lane_id: "lane_BACK-1" },
    });
  });
});
