import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AGENTS, builtInKinds } from "../../../src/app-kinds.ts";
import { loadWorkflow } from "../../../src/workflow/index.ts";
import { newStage } from "./service.ts";

const TRACKER = { kind: "linear", provider: { project_slug: "shop", api_key: "$LINEAR_API_KEY" } };
const FRONT = { tracker: TRACKER, codex: { command: "codex app-server" }, agent_provider: null };

/** Loads a file with the trackers and agents that are built, none of which is played. */
async function load(setting: Parameters<typeof newStage>[0]) {
  const stage = await newStage(setting);
  const environment = { PATH: process.env.PATH, LINEAR_API_KEY: "lin_api_of_a_test" };
  const path = join(stage.folder, "WORKFLOW.md");
  return loadWorkflow({ path, kinds: builtInKinds(), environment, home: stage.home });
}

test("S-081 the file, the tracker's kind, its options and the agent's command are checked before anything starts", async () => {
  const { agentProvider } = await load({ front: FRONT });
  expect(agentProvider).toMatchObject({ kind: "codex", options: { command: "codex app-server" } });
  await expect(load({ text: "---\ntracker: [\n---\nDo it.\n" })).rejects.toMatchObject({
    code: "workflow_parse_error",
  });
  const tracked = (tracker: object) => load({ front: { ...FRONT, tracker } });
  await expect(tracked({ kind: undefined })).rejects.toThrow(/tracker\.kind/);
  await expect(tracked({ kind: "pigeon" })).rejects.toThrow(/tracker\.kind.*pigeon/);
  await expect(tracked({ ...TRACKER, provider: { api_key: "$NOT_SET" } })).rejects.toThrow(/tracker\.provider/);
  for (const command of ["", [], 7]) {
    await expect(load({ front: { ...FRONT, codex: { command } } })).rejects.toThrow(/codex\.command/);
  }
});

test("S-025, S-183 each agent's approvals, sandbox and operator are documented", async () => {
  const guide = await readFile(new URL("../../../docs/guides/agents.md", import.meta.url), "utf8");
  const chapters = guide.split(/^## /m).slice(1);
  for (const kind of Object.keys(AGENTS)) {
    const chapter = chapters.find((text) => text.split("\n")[0]?.split(", ").includes(kind)) ?? "";
    expect(guide, kind).toContain(`| \`${kind}\` |`);
    if (kind !== "mock")
      expect(chapter, kind).toMatch(/\*\*Trust\.\*\*[\s\S]*\*\*Enforced by [\s\S]*\*\*By Maestro\*\*/);
  }
  expect(guide).toMatch(/\| permissions asked within a turn \| Maestro \|/);
  expect(guide).toMatch(/\| what commands may touch, network \| the agent's sandbox/);
});
