import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelScript } from "../../../dev/fakes/models/script.ts";
import { closeRigs, CODEX, note, openRig, shell } from "./rig.ts";

afterEach(closeRigs);

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

/** Runs a command and says what came of it. */
const running =
  (cmd: string): ModelScript =>
  ({ outcomes }) =>
    outcomes.length === 0 ? [shell(cmd)] : [{ text: outcomes.map(({ text }) => text).join("\n") }];

describe.skipIf(CODEX === null)("a real Codex", () => {
  it("calls a tool, runs a command, edits a file, and tells all of it with what it used", async () => {
    const rig = await openRig(HAPPY);
    const session = await rig.session();
    expect(session).toMatchObject({ resumed: false, version: "0.169.0", id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const result = await session.turn("Please begin.");
    expect(result).toEqual({ status: "completed", failure: null, finalMessage: "It is done." });
    expect(rig.calls).toEqual([{ id: expect.any(String), name: "note", arguments: { text: "begun" } }]);
    expect(readFileSync(join(rig.workspace, "one.txt"), "utf8")).toBe("1\ntwo\n");
    const told = rig.events.filter(({ type }) => !["alive", "stderr", "context"].includes(type));
    expect(told).toMatchObject([
      { type: "turn", id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      { type: "activity", summary: "Let me see." },
      { type: "tool", name: "note", state: "started", ok: null },
      { type: "tool", name: "note", state: "finished", ok: true },
      { type: "model_call" },
      { type: "usage", usage: { inputTokens: 120, outputTokens: 30, totalTokens: 150 }, model: "fake-model" },
      { type: "command", state: "started", exitCode: null },
      { type: "command", state: "finished", exitCode: 0 },
      { type: "model_call" },
      { type: "usage", usage: { inputTokens: 200, outputTokens: 10, totalTokens: 210 } },
      { type: "file_change", path: "one.txt", change: "changed" },
      { type: "model_call" },
      { type: "usage", usage: { totalTokens: 120 } },
      { type: "message", text: "It is done." },
      { type: "model_call" },
      { type: "usage", usage: { totalTokens: 120 } },
    ]);
    expect(told).toContainEqual(
      expect.objectContaining({ details: { cacheReadTokens: 20, cacheWriteTokens: 0, reasoningTokens: 5 } }),
    );
    expect(rig.events).toContainEqual({ type: "context", usedTokens: 150, windowTokens: 258_400 });
    expect(session.baseline?.()).toEqual({ inputTokens: 520, outputTokens: 80, totalTokens: 600 });
    expect(rig.model.asked[0]?.tools).toContain("mcp__maestro/note");
    await session.stop();
    expect(await rig.survivors()).toBe(0);
    expect(readdirSync(rig.workspace).sort()).toEqual([".git", "one.txt"]);
  });

  it("goes on in one thread, which is named after the issue (S-176, S-178, S-180)", async () => {
    const rig = await openRig(({ said }) => [{ text: `You said ${said}` }]);
    const session = await rig.session();
    expect((await session.turn("one")).finalMessage).toBe("You said one");
    expect((await session.turn("two")).finalMessage).toBe("You said two");
    expect(rig.model.asked[1]?.everything).toContain("You said one");
    const turns = rig.events.flatMap((event) => (event.type === "turn" ? [event.id] : []));
    expect(new Set(turns).size).toBe(2);
    await session.stop();
    expect(readFileSync(join(rig.stateDirectory, "session_index.jsonl"), "utf8")).toContain("A-1: Try it");
  });

  it("is found by a shell line in a folder that only the daemon's PATH names (S-171)", async () => {
    const rig = await openRig(running("echo from the shell"));
    const tools = join(rig.folder, "tools");
    mkdirSync(tools);
    writeFileSync(join(tools, "our-codex"), `#!/bin/sh\nexec '${CODEX}' "$@"\n`);
    chmodSync(join(tools, "our-codex"), 0o755);
    writeFileSync(join(rig.folder, "home", ".bash_profile"), "export PATH=/usr/bin:/bin LINEAR_API_KEY=back-again\n");
    const session = await rig.session({
      command: "our-codex --config model_reasoning_effort=high app-server",
      env: { PATH: `${tools}:${process.env.PATH}` },
    });
    expect((await session.turn("go")).finalMessage).toContain("from the shell");
    await session.stop();
    expect(await rig.survivors()).toBe(0);
  });

  it("keeps secrets out of its commands, also those that a profile exports", async () => {
    const rig = await openRig(running("env; cat /proc/$PPID/environ 2>/dev/null | tr '\\0' '\\n'"));
    writeFileSync(join(rig.folder, "home", ".profile"), "export LINEAR_API_KEY=from-the-profile\n");
    const session = await rig.session({
      env: { DATABASE_URL: "db://x", DEPLOY_TOKEN: "deploy-secret", LANG: "C.UTF-8" },
    });
    const { finalMessage } = await session.turn("go");
    expect(finalMessage).toContain("DATABASE_URL=db://x");
    expect(finalMessage).toContain(`MAESTRO_PROCESS_MARKER=${rig.marker}`);
    expect(finalMessage).toContain(`TMPDIR=${join(rig.folder, "tmp")}`);
    for (const secret of ["fake-key", "deploy-secret", "from-the-profile", "Bearer"]) {
      expect(finalMessage).not.toContain(secret);
    }
  });

  it("can commit in its sandbox, and cannot write elsewhere or reach a network", async () => {
    const rig = await openRig(
      running(
        [
          "git -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m hello && git log --format=%s",
          `touch ${"$HOME"}/outside; touch /tmp/outside-$$; echo x > $TMPDIR/x && echo temporary`,
          "(exec 3<>/dev/tcp/127.0.0.1/9) 2>&1",
        ].join("; "),
      ),
    );
    const session = await rig.session();
    const { finalMessage } = await session.turn("go");
    expect(finalMessage).toMatch(/hello\n/);
    expect(finalMessage).toMatch(/temporary\n/);
    expect(finalMessage?.match(/touch: .*Read-only file system/g)).toHaveLength(2);
    expect(finalMessage).toMatch(/Operation not permitted|not permitted/);
    expect(existsSync(join(rig.folder, "home", "outside"))).toBe(false);
  });

  it("works where there is no repository", async () => {
    const rig = await openRig(running("ls -A"));
    execFileSync("rm", ["-rf", join(rig.workspace, ".git")]);
    const session = await rig.session();
    expect((await session.turn("go")).finalMessage).toContain("exited with code 0");
    await session.stop();
    expect(readdirSync(rig.workspace)).toEqual([]);
  });

  it("takes its tools over its own protocol when there is no tool server, and reads what went wrong with one", async () => {
    const rig = await openRig(({ outcomes }) =>
      outcomes.length === 0 ? [{ tool: "note", args: { text: "x" } }] : [{ text: outcomes[0]?.text ?? "" }],
    );
    rig.answer = async () => ({ ok: false, code: "refused", text: "not now" });
    const session = await rig.session({ tools: "none" });
    expect(await session.turn("go")).toMatchObject({ status: "completed", finalMessage: "refused: not now" });
    expect(rig.calls).toEqual([{ id: expect.any(String), name: "note", arguments: { text: "x" } }]);
    expect(rig.events).toContainEqual(
      expect.objectContaining({ type: "tool", name: "note", state: "finished", ok: false }),
    );
  });

  it("hears what is said into its turn", async () => {
    const rig = await openRig(({ everything }) =>
      everything.includes("Rather stop.") ? [{ text: "stopped" }] : [shell("sleep 2")],
    );
    const session = await rig.session();
    const turn = session.turn("go");
    await rig.until(() => rig.events.some(({ type }) => type === "command"));
    await session.steer?.("Rather stop.");
    expect((await turn).finalMessage).toBe("stopped");
  });
});
