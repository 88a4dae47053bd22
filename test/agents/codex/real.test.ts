import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelScript } from "../../../dev/fakes/models/script.ts";
import { CODEX, NOTE, Rig, type RigStart } from "./rig.ts";

const LIMIT = 60_000;
const rigs: Rig[] = [];

async function rigWith(script: ModelScript): Promise<Rig> {
  const rig = await Rig.open(script);
  rigs.push(rig);
  return rig;
}

afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

const shell = (cmd: string, more: object = {}) => ({ tool: "exec_command", args: { cmd, ...more } });
const note = (text: string) => ({ tool: "note", namespace: "mcp__maestro", args: { text } });

/** Calls a tool, runs a command, edits a file, and says that it is done. */
const HAPPY: ModelScript = ({ outcomes }) => {
  const steps = [
    [{ thinking: "Let me see." }, note("begun"), { usage: { input: 100, cacheRead: 20, output: 30, reasoning: 5 } }],
    [shell("echo one > one.txt && echo two >> one.txt"), { usage: { input: 200, output: 10 } }],
    [shell("apply_patch <<'EOP'\n*** Begin Patch\n*** Update File: one.txt\n@@\n-one\n+1\n*** End Patch\nEOP")],
    [{ text: "It is done." }],
  ];
  return steps[outcomes.length] ?? [{ text: "What else?" }];
};

describe.skipIf(CODEX === null)("a real Codex", { timeout: LIMIT }, () => {
  it("calls a tool, runs a command, edits a file and tells what it used", async () => {
    const rig = await rigWith(HAPPY);
    const session = await rig.session();
    expect(session).toMatchObject({ resumed: false, version: "0.169.0", id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const result = await session.turn("Please begin.");
    expect(result).toEqual({ status: "completed", failure: null, finalMessage: "It is done." });
    expect(rig.calls).toEqual([{ id: expect.any(String), name: "note", arguments: { text: "begun" } }]);
    expect(readFileSync(join(rig.workspace, "one.txt"), "utf8")).toBe("1\ntwo\n");
    console.log(JSON.stringify(rig.events, null, 0));
  });
});
