import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { builtInKinds } from "../../../src/app-kinds.ts";
import { createApp } from "../../../src/app.ts";
import type { Tracker } from "../../../src/contracts/tracker.ts";
import { onAndOn } from "./actor.ts";
import { newStage } from "./service.ts";
import { terminalOf } from "./terminal.ts";

const signal = new AbortController().signal;
const states = ["Todo", "Done"];

/** An issue file. */
const file = (title: string, state = "Todo"): string => `---\nid: ${title}\ntitle: ${title}\nstate: ${state}\n---\n`;

/** A tracker of issue files, as the program composes it, with their folder. */
async function files(issues: Readonly<Record<string, string>>): Promise<{ tracker: Tracker; folder: string }> {
  const named = Object.entries(issues).map(([name, text]) => [`.maestro/issues/${name}.md`, text]);
  const front = { tracker: { kind: "local" }, agent_provider: { kind: "mock" } };
  const stage = await newStage({ front, files: Object.fromEntries(named) });
  const app = createApp(terminalOf({ cwd: stage.folder, home: stage.home }).terminal);
  const { value, close } = await app.tracker(await app.locate({}));
  onTestFinished(close);
  return { tracker: value, folder: join(stage.folder, ".maestro/issues") };
}

/** Expects an error that names its category and says what happened. */
async function expectRefusal(answer: Promise<unknown>): Promise<void> {
  await expect(answer).rejects.toMatchObject({
    code: expect.stringMatching(/^tracker_(invalid_config|missing_secret|request|status|response|auth|not_found)$/),
    message: expect.stringMatching(/\S/),
  });
}

test("S-200 issues by states are those in scope and in one of the states, all of them", async () => {
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, at) => [`A-${at + 1}`, file(`t${at + 1}`)]));
  const { tracker } = await files({ ...many, "B-1": file("b", "Done"), "C-1": file("c", "Backlog") });
  expect(await tracker.issuesByStates(["todo"], { signal })).toHaveLength(120);
  const found = await tracker.issuesByStates([" DONE ", "Backlog"], { signal });
  expect(found.map(({ identifier }) => identifier).sort()).toEqual(["B-1", "C-1"]);
});

test("S-202, S-203 no states and no ids: no issues, and the tracker is not asked", async () => {
  const { tracker, folder } = await files({ "A-1": file("a") });
  await rm(folder, { recursive: true });
  // Whoever asks it now is refused.
  await expectRefusal(tracker.issuesByStates(states, { signal }));
  expect(await tracker.issuesByStates([], { signal })).toEqual([]);
  expect(await tracker.issuesByIds([], { signal })).toEqual([]);
});

test("S-203 issues by ids are whole, each once, without those that are not there", async () => {
  const { tracker } = await files({ "A-1": file("a"), "A-2": file("b", "Done") });
  const listed = await tracker.issuesByStates(states, { signal });
  const found = await tracker.issuesByIds(["b", "a", "b", "nobody"], { signal });
  const byId = (issues: typeof found) => [...issues].sort((x, y) => (x.id < y.id ? -1 : 1));
  expect(byId(found)).toEqual(byId(listed));
});

test("S-204, S-207 an answer is whole or an error with a category and a message", async () => {
  const { tracker, folder } = await files({ "A-1": file("a"), "A-2": file("b") });
  await tracker.issuesByStates(states, { signal });
  await rm(folder, { recursive: true });
  await writeFile(folder, "no folder any more");
  await expectRefusal(tracker.issuesByStates(states, { signal }));
  await expectRefusal(tracker.issuesByIds(["a", "b"], { signal }));
});

test("S-205, S-206 a malformed issue is left out of lists, and an error when it is asked for; bad optional fields are no harm", async () => {
  const { tracker, folder } = await files({
    "A-1": file("a"),
    "A-2": file("b"),
    "A-3": "---\nid: c\ntitle: c\nstate: Todo\npriority: soon\ncreated_at: once\n---\n",
  });
  await tracker.issuesByStates(states, { signal });
  await writeFile(join(folder, "A-2.md"), "---\nid: b\nstate: Todo\n---\nIt lost its title.\n");
  const found = await tracker.issuesByStates(states, { signal });
  expect(found.map(({ id }) => id)).toEqual(["a", "c"]);
  await expectRefusal(tracker.issuesByIds(["a", "b"], { signal }));
  expect(await tracker.issuesByIds(["c"], { signal })).toMatchObject([{ id: "c", priority: null, createdAt: null }]);
});

test("S-042, S-209, S-214 every tracker that can be named publishes its profile: keys, defaults, what it does, its errors", async () => {
  const { trackers } = builtInKinds();
  for (const kind of trackers.kinds()) {
    const page = await readFile(join(import.meta.dirname, `../../../src/trackers/${kind}/README.md`), "utf8");
    for (const said of [/^## Keys of `tracker\.provider`$/m, /^## Errors$/m, /[Ss]cope/, /secret/, /states/])
      expect([kind, String(said), said.test(page)]).toEqual([kind, String(said), true]);
    for (const word of ["`id`", "`native_ref`", "tracker_invalid_config", "tracker_response", "tracker_not_found"])
      expect([kind, word, page.includes(word)]).toEqual([kind, word, true]);
  }
});

test("S-212 nobody has to write to the tracker for work to go on: agents move issues, Maestro only looks", async () => {
  const stage = await newStage();
  stage.board.put("A-1", { state: "Todo" });
  stage.actor.play = async ({ issue }, turn) => {
    stage.board.put(issue, { state: turn === 1 ? "In Progress" : "Human Review" });
    return undefined;
  };
  await stage.start();
  await stage.event("work_closed");
  await stage.tick();
  const verbs = new Set(stage.board.calls.map(({ verb }) => verb));
  expect([...verbs].sort()).toEqual(["issuesByIds", "issuesByStates"]);
  expect(stage.actor.scenes.map(({ prompts }) => prompts.length)).toEqual([2]);
});

test("S-211 a refresh that fails keeps what runs, and says so once it was asked", async () => {
  const stage = await newStage();
  stage.board.put("A-1");
  stage.actor.play = (scene, turn) => (turn < 3 ? Promise.resolve(undefined) : onAndOn(scene, turn));
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  stage.board.failing.add("issuesByIds");
  await stage.tick();
  await stage.until(() => stage.actor.scenes[0]?.prompts.length === 3);
  expect(stage.actor.scenes[0]?.isStopped).toBe(false);
  expect(stage.log.entries.some(({ level, message }) => level === "warn" && /refresh failed/.test(message))).toBe(true);
});
