import { rename } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createApp } from "../../../src/app.ts";
import type { Tracker } from "../../../src/contracts/tracker.ts";
import type { Issue } from "../../../src/model/issue.ts";
import { onAndOn } from "./actor.ts";
import { newStage, type Stage } from "./service.ts";
import { errorOf, maestro, terminalOf } from "./terminal.ts";

const signal = new AbortController().signal;
const FIELDS: readonly (keyof Issue)[] = [
  "id",
  "nativeRef",
  "identifier",
  "title",
  "description",
  "priority",
  "state",
  "branchName",
  "url",
  "assigneeId",
  "labels",
  "blockedBy",
  "dispatchable",
  "createdAt",
  "updatedAt",
];

/** The tracker of a project, as the program composes it. */
async function trackerOf(stage: Stage): Promise<Tracker> {
  const app = createApp(terminalOf({ cwd: stage.folder, home: stage.home }).terminal);
  const { value, close } = await app.tracker(await app.locate({}));
  onTestFinished(close);
  return value;
}

/** Issues in the workflow file. */
async function inFile(...issues: readonly object[]): Promise<Tracker> {
  const tracker = { kind: "memory", provider: { issues } };
  return trackerOf(await newStage({ front: { tracker, agent_provider: { kind: "mock" } } }));
}

/** Issues as files of the project, by their names. */
async function asFiles(files: Readonly<Record<string, string>>): Promise<{ stage: Stage; tracker: Tracker }> {
  const named = Object.entries(files).map(([name, text]) => [`.maestro/issues/${name}.md`, text]);
  const front = { tracker: { kind: "local" }, agent_provider: { kind: "mock" } };
  const stage = await newStage({ front, files: Object.fromEntries(named) });
  return { stage, tracker: await trackerOf(stage) };
}

const LEAST = { id: "1", identifier: "A-1", title: "First", state: "Todo" };
const states = ["Todo", "In Progress", "Done"];

test("S-001, S-011 every field is there, null or [] where nothing is known, whatever the tracker", async () => {
  const { tracker } = await asFiles({ "A-1": "---\ntitle: First\nstate: Todo\n---\n" });
  for (const source of [tracker, await inFile(LEAST)]) {
    const [issue] = await source.issuesByStates(states, { signal });
    expect(Object.keys(issue ?? {}).sort()).toEqual([...FIELDS].sort());
    expect(issue).toMatchObject({ description: null, priority: null, url: null, assigneeId: null, branchName: null });
    expect([issue?.labels, issue?.blockedBy]).toEqual([[], []]);
    expect(Object.values(issue ?? {})).not.toContain(undefined);
  }
});

test("S-002 an id is opaque and stays: whatever it holds, questions go by it, and a renamed issue is the same one", async () => {
  const stage = await newStage();
  stage.board.put("A-1", { id: "π/../ %00 id=1" });
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  stage.board.put("A-1", { id: "π/../ %00 id=1", identifier: "B-7" });
  await stage.tick();
  expect(stage.actor.scenes).toHaveLength(1);
  const asked = stage.board.calls.filter(({ verb }) => verb === "issuesByIds").flatMap(({ about }) => about);
  expect(new Set(asked)).toEqual(new Set(["π/../ %00 id=1"]));
  const files = await asFiles({ "A-1": "---\nid: seven\ntitle: First\nstate: Todo\n---\n" });
  const folder = join(files.stage.folder, ".maestro/issues");
  await rename(join(folder, "A-1.md"), join(folder, "Z-9.md"));
  expect(await files.tracker.issuesByIds(["seven"], { signal })).toMatchObject([{ id: "seven", identifier: "Z-9" }]);
});

test("S-003, S-208 the provider's own data is never looked into: what it says about states, labels and rights decides nothing", async () => {
  const stage = await newStage();
  const nativeRef = {
    state: "Done",
    dispatchable: false,
    labels: ["maestro:manual-only"],
    id: "other",
    archived: true,
  };
  stage.board.put("A-1", { nativeRef });
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  await stage.tick();
  expect(stage.actor.scenes[0]?.isStopped).toBe(false);
});

test("S-004 an identifier stands for one issue: a second one with it is refused", async () => {
  const front = {
    tracker: { kind: "memory", provider: { issues: [LEAST, { ...LEAST, id: "2" }] } },
    agent_provider: { kind: "mock" },
  };
  const ended = await maestro(await newStage({ front }), "workflow", "validate", "--json");
  expect(errorOf(ended).message).toMatch(/WORKFLOW\.md:\d+:\d+ .*A-1/);
});

test("S-005, S-014 a priority is a whole number; what is none counts as absent", async () => {
  const { tracker } = await asFiles({
    "A-1": "---\ntitle: a\nstate: Todo\npriority: 2\n---\n",
    "A-2": "---\ntitle: b\nstate: Todo\npriority: urgent\n---\n",
    "A-3": "---\ntitle: c\nstate: Todo\npriority: 1.5\n---\n",
  });
  const found = await tracker.issuesByStates(states, { signal });
  expect(found.map(({ priority }) => priority)).toEqual([2, null, null]);
});

test("S-006 a state keeps its spelling, and is found whatever its case and the blanks around it", async () => {
  const tracker = await inFile({ ...LEAST, state: "In pROGRESS" });
  const found = await tracker.issuesByStates(["  in Progress "], { signal });
  expect(found.map(({ state }) => state)).toEqual(["In pROGRESS"]);
});

test("S-007 labels are trimmed and lowered, blank and repeated ones left out", async () => {
  const labels = [" Bug ", "bug", "", "  ", "UI/UX"];
  const { tracker } = await asFiles({
    "A-1": `---\ntitle: a\nstate: Todo\nlabels: ${JSON.stringify(labels)}\n---\n`,
  });
  for (const source of [tracker, await inFile({ ...LEAST, labels })]) {
    const [issue] = await source.issuesByStates(states, { signal });
    expect(issue?.labels).toEqual(["bug", "ui/ux"]);
  }
});

test("S-008 blockers tell id, identifier and state as far as they are known, and nobody makes up any", async () => {
  const { tracker } = await asFiles({
    "A-1": "---\nid: one\ntitle: a\nstate: Done\n---\n",
    "A-2": "---\ntitle: b\nstate: Todo\nblocked_by: [A-1, X-404]\n---\nBlocked by A-9, says the text.\n",
  });
  const [issue] = await tracker.issuesByStates(["Todo"], { signal });
  expect(issue?.blockedBy).toEqual([
    { id: "one", identifier: "A-1", state: "Done" },
    { id: null, identifier: "X-404", state: null },
  ]);
});

test("S-009, S-201 the adapter says whether an issue may be worked on; those that may not are shown all the same", async () => {
  const tracker = await inFile(LEAST, { ...LEAST, id: "2", identifier: "A-2", dispatchable: false });
  const found = await tracker.issuesByStates(states, { signal });
  expect(found.map(({ dispatchable }) => dispatchable)).toEqual([true, false]);
});

test("S-010, S-206 an issue without id, identifier, title or state does not exist", async () => {
  for (const field of ["id", "identifier", "title", "state"]) {
    const front = {
      tracker: { kind: "memory", provider: { issues: [{ ...LEAST, [field]: " " }] } },
      agent_provider: { kind: "mock" },
    };
    const ended = await maestro(await newStage({ front }), "workflow", "validate", "--json");
    expect(errorOf(ended).message).toMatch(/tracker\.provider\.issues/);
  }
  const { tracker } = await asFiles({
    "A-1": "---\nstate: Todo\n---\nNo title.\n",
    "A-2": "---\ntitle: x\n---\nNo state.\n",
  });
  expect(await tracker.issuesByStates(states, { signal })).toEqual([]);
});

test("S-012, S-014 instants are RFC 3339 or null", async () => {
  const { tracker } = await asFiles({
    "A-1": "---\ntitle: a\nstate: Todo\ncreated_at: 2026-01-02T03:04:05+02:00\nupdated_at: yesterday\n---\n",
  });
  const [issue] = await tracker.issuesByStates(states, { signal });
  expect([issue?.createdAt, issue?.updatedAt]).toEqual([Date.parse("2026-01-02T01:04:05Z"), null]);
});

test("S-013 the provider's own data is a plain object, kept word for word, or null", async () => {
  const nativeRef = { b: [1, { c: null }], a: " as it is " };
  const tracker = await inFile({ ...LEAST, native_ref: nativeRef }, { ...LEAST, id: "2", identifier: "A-2" });
  const found = await tracker.issuesByStates(states, { signal });
  expect(found.map((issue) => issue.nativeRef)).toEqual([nativeRef, null]);
});
