import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryTracker } from "../../../src/trackers/memory/index.ts";
import { trackerPlace, type TrackerPlace } from "../context.ts";

const options = { signal: new AbortController().signal };
const ISSUE = { id: "a", identifier: "MEM-1", title: "One", state: "Todo", labels: ["x"] };

describe("what the memory tracker keeps", () => {
  let place: TrackerPlace;
  let file: string;

  beforeEach(() => {
    place = trackerPlace();
    file = join(place.context.stateDirectory, "memory-tracker.json");
  });
  afterEach(() => place.remove());

  const open = (issue: object = ISSUE) =>
    memoryTracker.open({ issues: [JSON.parse(JSON.stringify(issue))] }, place.context);
  const stateOf = async (issue: object = ISSUE) =>
    (await (await open(issue)).issuesByIds(["a"], options)).map(({ state, labels }) => [state, labels])[0];
  const put = (text: string) => {
    mkdirSync(place.context.stateDirectory, { recursive: true });
    writeFileSync(file, text);
  };

  it("is seen by every process that opens it, and private to the user", async () => {
    const [one, two] = [await open(), await open()];
    await one.issuesByIds(["a"], options);
    await two.move("a", { to: "Done", from: "Todo" }, options);
    await one.label("a", { add: ["y"], remove: [] }, options);
    expect(await stateOf()).toEqual(["Done", ["x", "y"]]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("is not written for reads and for writes that change nothing", async () => {
    const tracker = await open();
    await tracker.issuesByStates(["Todo"], options);
    await tracker.move("a", { to: "todo", from: null }, options);
    expect(() => readFileSync(file)).toThrow(/ENOENT/);
  });

  it("gives way where a person changed the workflow file since", async () => {
    const tracker = await open();
    await tracker.move("a", { to: "Done", from: "Todo" }, options);
    await tracker.label("a", { add: ["y"], remove: [] }, options);
    expect(await stateOf({ ...ISSUE, state: "Rework" })).toEqual(["Rework", ["x", "y"]]);
    expect(await stateOf({ ...ISSUE, labels: ["z"] })).toEqual(["Done", ["z"]]);
    expect(await stateOf({ ...ISSUE, title: "Two", state: " todo " })).toEqual(["Done", ["x", "y"]]);
  });

  it.each([
    ["is no JSON", "{", /not valid JSON/],
    ["has a wrong shape", '{"version":1,"highest":0,"created":[],"edits":[{}],"comments":[]}', /edits\/0/],
    ["is newer", '{"version":2}', /version 2/],
  ])("is an error, not an empty tracker, when it %s", async (_, text, message) => {
    put(text);
    const tracker = await open();
    const error = await tracker.issuesByIds(["a"], options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "tracker_response", message: expect.stringMatching(message) });
    await expect(tracker.move("a", { to: "Done", from: null }, options)).rejects.toMatchObject({
      code: "tracker_response",
      message: expect.stringContaining(file),
    });
    expect(readFileSync(file, "utf8")).toBe(text);
  });
});
