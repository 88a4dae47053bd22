import { describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import type { Page } from "../../src/model/documents/api.ts";
import { aChange, aClosedLane, aLaneRow, aRun } from "./documents.ts";
import { ground } from "./ground.ts";

type Got = ReturnType<typeof ground>;

async function all<T>({ get }: Got, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const mark: string = cursor === "" ? "" : `${path.includes("?") ? "&" : "?"}cursor=${cursor}`;
    const page: Page<T> = Object(await (await get(`${path}${mark}`)).json());
    items.push(...page.items);
    cursor = page.next;
    if (items.length > 1_000) throw new Error("no end");
  }
  return items;
}

describe("lanes", () => {
  it("come open ones first, then closed ones, over any size of page", async () => {
    for (const limit of [1, 2, 3, 5, 6, 200]) {
      const made = ground();
      made.world.open = [aLaneRow("O-1"), aLaneRow("O-2")];
      made.world.closed = [aClosedLane("F-1"), aClosedLane("F-2"), aClosedLane("F-3")];
      const names = async (query: string) =>
        (await all<{ issue_identifier: string }>(made, `/api/v2/lanes?limit=${limit}${query}`)).map(
          (row) => row.issue_identifier,
        );
      expect(await names("")).toEqual(["O-1", "O-2", "F-1", "F-2", "F-3"]);
      expect(await names("&stage=open")).toEqual(["O-1", "O-2"]);
      expect(await names("&stage=closed")).toEqual(["F-1", "F-2", "F-3"]);
    }
  });

  it("give their events oldest first, newest first, and after one", async () => {
    const made = ground();
    made.world.open = [aLaneRow("A"), aLaneRow("B")];
    made.world.happen(3, "lane_A");
    made.world.happen(2, "lane_B");
    made.world.happen(4, "lane_A");
    for (const limit of [1, 2, 3, 7, 200]) {
      const seqs = async (query: string) =>
        (await all<{ seq: number }>(made, `/api/v2/lanes/lane_A/events?limit=${limit}${query}`)).map(
          (event) => event.seq,
        );
      expect(await seqs("")).toEqual([1, 2, 3, 6, 7, 8, 9]);
      expect(await seqs("&newest_first")).toEqual([9, 8, 7, 6, 3, 2, 1]);
      expect(await seqs("&after=6")).toEqual([7, 8, 9]);
      expect(await seqs("&after=6&newest_first=true")).toEqual([9, 8, 7]);
    }
  });

  it("give the diff of their change", async () => {
    const made = ground();
    made.world.open = [aLaneRow("A", { change_id: "7" })];
    made.world.forge = [aChange("7")];
    made.world.diff = "diff --git a/x b/x\n+é\n";
    const answer = await made.get("/api/v2/lanes/lane_A/diff");
    expect(await answer.json()).toEqual({
      version: 1,
      source: "change",
      change_id: "7",
      head_sha: "a".repeat(40),
      diff: "diff --git a/x b/x\n+é\n",
      truncated: false,
    });
  });

  it("cut a diff off at a line", async () => {
    const made = ground();
    made.world.forge = [aChange("7")];
    made.world.diff = "+é\n".repeat(400_000);
    const { diff, truncated } = Object(await (await made.get("/api/v2/changes/7/diff")).json());
    expect([truncated, Buffer.byteLength(diff) <= 1024 * 1024, diff.endsWith("+é\n")]).toEqual([true, true, true]);
  });

  it("say that there is no change yet", async () => {
    const made = ground();
    made.world.open = [aLaneRow("A")];
    const answer = await made.get("/api/v2/lanes/lane_A/diff");
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: "no_change" } }]);
  });
});

describe("changes", () => {
  it("are listed by state, page by page", async () => {
    const made = ground();
    made.world.forge = [aChange("1", { state: "merged" }), aChange("2"), aChange("3"), aChange("4")];
    const ids = async (query: string) =>
      (await all<{ id: string }>(made, `/api/v2/changes?limit=2${query}`)).map(({ id }) => id);
    expect(await ids("")).toEqual(["1", "2", "3", "4"]);
    expect(await ids("&state=open")).toEqual(["2", "3", "4"]);
    expect(await ids("&state=closed")).toEqual([]);
  });

  it("are none without a repository, and a bad gateway when the forge fails", async () => {
    const made = ground();
    made.world.forge = null;
    for (const path of ["/api/v2/changes", "/api/v2/changes/1", "/api/v2/changes/1/diff"]) {
      const answer = await made.get(path);
      expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: "no_forge" } }]);
    }
    const failing = ground({
      changes: {
        list: () => Promise.reject(new MaestroError({ code: "forge_request", message: "connect /secret/path" })),
        find: async () => undefined,
        diff: async () => "",
      },
    });
    const answer = await failing.get("/api/v2/changes");
    expect([answer.status, await answer.text()]).toEqual([502, expect.not.stringContaining("/secret/path")]);
    expect(failing.log.entries).toMatchObject([{ level: "error", fields: { error: { code: "forge_request" } } }]);
  });
});

describe("runs", () => {
  it("are listed page by page, newest first", async () => {
    const made = ground();
    made.world.runs = [3, 2, 1].map((number) => aRun("lane_A", number));
    const ids = (await all<{ run_id: string }>(made, "/api/v2/runs?limit=2")).map(({ run_id }) => run_id);
    expect(ids).toEqual(["lane_A/3", "lane_A/2", "lane_A/1"]);
  });

  it("give their transcript line by line, also from the middle, and a damaged line as it is", async () => {
    const made = ground();
    made.world.runs = [aRun("lane_A", 1)];
    const lines = Array.from({ length: 5 }, (_, at) => JSON.stringify({ at, kind: "message", text: `line ${at}` }));
    made.world.transcripts.set("lane_A/1", [...lines, "{broken"]);
    const texts = async (query: string) =>
      (await all<{ kind: string; text: string }>(made, `/api/v2/runs/lane_A/1/transcript${query}`)).map(
        ({ text }) => text,
      );
    const expected = ["line 0", "line 1", "line 2", "line 3", "line 4", "{broken"];
    expect(await texts("?limit=4")).toEqual(expected);
    expect(await texts("?limit=1")).toEqual(expected);
    expect(await texts("?after=4")).toEqual(["line 4", "{broken"]);
    expect(await texts("?after=99")).toEqual([]);
  });

  it("end a page of long lines at 1 MiB, but never without a line", async () => {
    const made = ground();
    made.world.runs = [aRun("lane_A", 1)];
    const long = JSON.stringify({ at: 0, kind: "raw", text: "x".repeat(900_000) });
    made.world.transcripts.set("lane_A/1", [long, long, long]);
    const { items, next } = Object(await (await made.get("/api/v2/runs/lane_A/1/transcript")).json());
    expect([items.length, typeof next]).toEqual([1, "string"]);
    expect(await all(made, "/api/v2/runs/lane_A/1/transcript")).toHaveLength(3);
  });

  it("give the prompt, and say that there is none or no transcript", async () => {
    const made = ground();
    made.world.runs = [aRun("lane_A", 1), aRun("lane_A", 2), aRun("lane_A", 3)];
    const lines = [
      { at: 1, kind: "raw", text: "hm" },
      { at: 2_000, kind: "prompt", text: "Do it." },
      { at: 3, kind: "prompt", text: "On." },
    ];
    made.world.transcripts.set(
      "lane_A/1",
      lines.map((line) => JSON.stringify(line)),
    );
    made.world.transcripts.set("lane_A/2", []);
    expect(await (await made.get("/api/v2/runs/lane_A/1/prompt")).json()).toEqual({
      ...{ version: 1, lane_id: "lane_A", run: 1 },
      at: "1970-01-01T00:00:02.000Z",
      prompt: "Do it.",
    });
    const codes = async (path: string) => Object(await (await made.get(path)).json()).error.code;
    expect(await codes("/api/v2/runs/lane_A/2/prompt")).toBe("no_prompt");
    expect(await codes("/api/v2/runs/lane_A/3/prompt")).toBe("transcript_missing");
    expect(await codes("/api/v2/runs/lane_A/3/transcript")).toBe("transcript_missing");
    expect(await codes("/api/v2/runs/lane_A/0x1")).toBe("run_not_found");
  });
});
