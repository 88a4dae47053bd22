import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import { type MemoryCall, createMemoryTracker, type MemoryFault } from "../../../src/trackers/memory/index.ts";
import { trackerPlace, type TrackerPlace } from "../context.ts";

const options = { signal: new AbortController().signal };
const ISSUE = { id: "a", identifier: "MEM-1", title: "One", state: "Todo" };

describe("memory tracker", () => {
  const clock = new VirtualClock();
  let place: TrackerPlace;
  let faults: MemoryFault[];
  let calls: MemoryCall[];

  beforeEach(() => {
    place = trackerPlace(clock);
    faults = [];
    calls = [];
  });
  afterEach(() => place.remove());

  const open = (issues: object[] = [ISSUE]) =>
    createMemoryTracker({ persist_state_updates: false, issues: JSON.parse(JSON.stringify(issues)) }, place.context, {
      faults: { lateMs: 5000, next: () => faults.shift() },
      onCall: (call) => calls.push(call),
    });

  it("tells of every call that reached it, and whether it changed anything", async () => {
    const tracker = await open();
    faults = ["lose_answer", "lose_request", "fail"];
    const move = () => tracker.move("a", { to: "Done", from: "Todo" }, options);
    await expect(move()).rejects.toMatchObject({ code: "tracker_request" });
    await expect(move()).rejects.toMatchObject({ code: "tracker_request" });
    await expect(move()).rejects.toMatchObject({ code: "tracker_status", retryable: true });
    expect(await move()).toBe("already");
    const call = { verb: "move", issueId: "a", arguments: { to: "Done", from: "Todo" } };
    expect(calls).toEqual([
      { ...call, effect: true },
      { ...call, effect: false },
    ]);
  });

  it("updates once, and lets the workflow file win where it says something else since", async () => {
    const reopen = (issue: object) =>
      createMemoryTracker({ issues: JSON.parse(JSON.stringify([issue])) }, place.context, {
        onCall: (call) => calls.push(call),
      });
    const tracker = await reopen(ISSUE);
    const change = { title: "Better", description: "Why.", priority: 1, owner: "alice" };
    const shown = { title: "Better", description: "Why.", priority: 1, assigneeId: "alice", state: "Todo" };
    expect(await tracker.update("a", change, options)).toMatchObject(shown);
    await tracker.update("a", change, options);
    expect(calls.map(({ effect }) => effect)).toEqual([true, false]);
    const later = await reopen({ ...ISSUE, title: "Person's" });
    await later.label("a", { add: ["x"], remove: [] }, options);
    await later.update("a", { priority: null }, options);
    const wanted = { ...shown, title: "Person's", priority: null, labels: ["x"] };
    expect((await later.issuesByIds(["a"], options))[0]).toMatchObject(wanted);
    // The old title does not come back with the old text of the file.
    expect((await (await reopen(ISSUE)).issuesByIds(["a"], options))[0]).toMatchObject({ ...wanted, title: "One" });
    await expect(later.update("a", { title: " " }, options)).rejects.toMatchObject({ code: "tracker_status" });
  });

  it("keeps one link per address, with its newest title", async () => {
    const tracker = await open();
    const link = { url: "https://example.org/1", title: "Change 1", kind: "change" } as const;
    await tracker.attach("a", link, options);
    await tracker.attach("a", { ...link, title: "Change 1, sorted" }, options);
    const comments = await tracker.comments("a", null, options);
    expect(comments.map(({ body }) => body)).toEqual(["[Change 1, sorted](https://example.org/1)"]);
    await expect(tracker.attach("a", { ...link, url: "nowhere" }, options)).rejects.toMatchObject({
      code: "tracker_status",
    });
    const self = { kind: "related", identifier: "MEM-1" } as const;
    await expect(tracker.relate("a", self, options)).rejects.toMatchObject({ code: "tracker_status" });
  });

  it("gives a late answer only after its time, while the effect is there at once", async () => {
    const tracker = await open();
    faults = ["late"];
    let answer: string | undefined;
    const moving = tracker.move("a", { to: "Done", from: "Todo" }, options).then((result) => {
      answer = result;
    });
    await clock.advance(4999);
    expect(answer).toBeUndefined();
    expect((await tracker.connect().issuesByIds(["a"], options))[0]?.state).toBe("Done");
    await clock.advance(1);
    await moving;
    expect(answer).toBe("moved");
    expect(clock.pendingTimers()).toBe(0);
  });

  it("lets the signal end the wait for a late answer", async () => {
    const tracker = await open();
    faults = ["late"];
    const controller = new AbortController();
    const moving = tracker.move("a", { to: "Done", from: "Todo" }, { signal: controller.signal });
    await clock.settle();
    controller.abort();
    await expect(moving).rejects.toMatchObject({ code: "aborted" });
    expect(clock.pendingTimers()).toBe(0);
  });

  it("shows with a stale answer what was before the last write", async () => {
    const tracker = await open();
    await tracker.move("a", { to: "Doing", from: null }, options);
    await tracker.connect().move("a", { to: "Done", from: null }, options);
    faults = ["stale"];
    expect((await tracker.issuesByIds(["a"], options))[0]?.state).toBe("Doing");
    expect((await tracker.issuesByIds(["a"], options))[0]?.state).toBe("Done");
  });

  it("hints to every client, and no longer to a closed one", async () => {
    const tracker = await open();
    const other = tracker.connect();
    let hints = 0;
    tracker.watch(() => {
      hints += 1;
    });
    await other.label("a", { add: ["x"], remove: [] }, options);
    await other.label("a", { add: ["x"], remove: [] }, options);
    await clock.settle();
    expect(hints).toBe(1);
    await tracker.close();
    await other.label("a", { add: ["y"], remove: [] }, options);
    await clock.settle();
    expect(hints).toBe(1);
  });

  it("reads every field of a declared issue, and null for an instant that is none (S-012, S-013)", async () => {
    const tracker = await open([
      {
        ...ISSUE,
        ...{ description: "Text", priority: 2, branch_name: "b", url: "http://localhost:4000", assignee_id: "me" },
        ...{ native_ref: { board: [1, { x: null }] }, labels: ["A"], dispatchable: false },
        ...{ created_at: "2026-01-02T03:04:05+01:00", updated_at: "yesterday" },
        blocked_by: ["MEM-2", "OTHER-9", { id: "z", state: "Open" }],
      },
      { ...ISSUE, id: "b", identifier: "MEM-2", state: "Done" },
    ]);
    const [issue] = await tracker.issuesByIds(["a"], options);
    expect(issue).toEqual({
      ...{ id: "a", identifier: "MEM-1", title: "One", state: "Todo", description: "Text", priority: 2 },
      ...{ branchName: "b", url: "http://localhost:4000", assigneeId: "me", labels: ["a"], dispatchable: false },
      nativeRef: { board: [1, { x: null }] },
      blockedBy: [
        { id: "b", identifier: "MEM-2", state: "Done" },
        { id: null, identifier: "OTHER-9", state: null },
        { id: "z", identifier: null, state: "Open" },
      ],
      createdAt: Date.UTC(2026, 0, 2, 2, 4, 5),
      updatedAt: null,
    });
  });

  it("gives created issues numbers that no declared issue has", async () => {
    const tracker = await open([
      { ...ISSUE, identifier: "MEM-7" },
      { ...ISSUE, id: "memory-8", identifier: "X-1" },
    ]);
    const draft = { title: "New", description: null, state: "Todo", labels: [], priority: null, blockedBy: [] };
    expect((await tracker.create(draft, options)).identifier).toBe("MEM-9");
  });

  it("gives two comments of one millisecond different times", async () => {
    const tracker = await open();
    await tracker.comment("a", "one", "alice", options);
    const [first] = await tracker.comments("a", null, options);
    await tracker.comment("a", "two", "alice", options);
    expect((await tracker.comments("a", first?.at ?? 0, options)).map(({ body }) => body)).toEqual(["two"]);
  });
});
