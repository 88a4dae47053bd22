import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { closeRigs, CODEX, openRig, shell } from "./rig.ts";

afterEach(closeRigs);

const ASKING = { options: { approval_policy: "untrusted", thread_sandbox: "workspace-write" } };

describe.skipIf(CODEX === null)("what a real Codex asks", () => {
  it("is allowed by the host's policy", async () => {
    const rig = await openRig(({ outcomes }) =>
      outcomes.length === 0 ? [shell("touch allowed.txt")] : [{ text: "done" }],
    );
    rig.decide = async () => ({ decision: "allow", reason: "fine" });
    const session = await rig.session(ASKING);
    expect((await session.turn("go")).finalMessage).toBe("done");
    expect(rig.asked).toMatchObject([{ kind: "command", summary: expect.stringContaining("touch allowed.txt") }]);
    expect(existsSync(join(rig.workspace, "allowed.txt"))).toBe(true);
  });

  it.each([
    ["refused by the host's policy", async () => ({ decision: "refuse" as const, reason: "not today" })],
    ["refused when nobody can be asked", undefined],
  ])("is %s, and the turn goes on", async (_, decide) => {
    const rig = await openRig(({ outcomes }) =>
      outcomes.length === 0 ? [shell("touch refused.txt")] : [{ text: outcomes[0]?.text ?? "" }],
    );
    rig.decide = decide;
    const session = await rig.session(ASKING);
    expect(await session.turn("go")).toMatchObject({ status: "completed", finalMessage: /[Rr]ejected/ });
    expect(existsSync(join(rig.workspace, "refused.txt"))).toBe(false);
    expect(rig.told("alive")).toContainEqual(expect.stringMatching(/^asked for leave \(command: .*touch refused/));
  });

  it("is refused by Codex itself without a word under the default policy", async () => {
    const rig = await openRig(({ outcomes }) =>
      outcomes.length === 0
        ? [shell("touch /outside.txt", { sandbox_permissions: "require_escalated", justification: "I want to" })]
        : [{ text: outcomes[0]?.text ?? "" }],
    );
    rig.decide = async () => ({ decision: "allow", reason: "fine" });
    const session = await rig.session();
    expect((await session.turn("go")).status).toBe("completed");
    expect(rig.asked).toEqual([]);
    expect(existsSync("/outside.txt")).toBe(false);
  });

  it("is leave to change files", async () => {
    const patch = "*** Begin Patch\n*** Add File: ../outside.txt\n+x\n*** End Patch";
    const rig = await openRig(({ outcomes }) =>
      outcomes.length === 0 ? [shell(`apply_patch <<'EOP'\n${patch}\nEOP`)] : [{ text: "done" }],
    );
    rig.decide = async () => ({ decision: "refuse", reason: "outside" });
    const session = await rig.session({ options: { approval_policy: "on-request" } });
    await session.turn("go");
    expect(rig.asked).toMatchObject([{ kind: "file_change" }]);
    expect(existsSync(join(rig.folder, "outside.txt"))).toBe(false);
  });

  it("is a question to a person, which is answered with a refusal", async () => {
    const question = {
      id: "q1",
      header: "Which",
      question: "which one?",
      options: [
        { label: "A", description: "a" },
        { label: "B", description: "b" },
      ],
    };
    const rig = await openRig(({ outcomes }) =>
      outcomes.length === 0
        ? [{ tool: "request_user_input", args: { questions: [question] } }]
        : [{ text: outcomes[0]?.text ?? "" }],
    );
    rig.decide = async () => ({ decision: "refuse", reason: "Nobody is there; use run_ask." });
    const session = await rig.session({ options: { config: { "features.default_mode_request_user_input": true } } });
    expect((await session.turn("go")).finalMessage).toContain("use run_ask");
    expect(rig.asked).toMatchObject([{ kind: "question", summary: "which one?" }]);
  });
});

describe.skipIf(CODEX === null)("a repository that has something to say to Codex", () => {
  /** A server of tools in the repository's own settings: a program that nobody on this machine chose. */
  async function repository(agents: string) {
    const rig = await openRig(({ everything }) => [{ text: everything.includes(agents) ? "read" : "not read" }]);
    mkdirSync(join(rig.workspace, ".codex"));
    const started = join(rig.folder, "started");
    const server = `[mcp_servers.theirs]\ncommand = "touch"\nargs = ["${started}"]\n`;
    writeFileSync(join(rig.workspace, ".codex/config.toml"), server);
    return { rig, started };
  }

  it("is heard, and starts nothing outside of the sandbox", async () => {
    const { rig, started } = await repository("Speak softly.");
    writeFileSync(join(rig.workspace, "CLAUDE.md"), "Speak softly.");
    symlinkSync("CLAUDE.md", join(rig.workspace, "AGENTS.md"));
    const session = await rig.session();
    expect((await session.turn("go")).finalMessage).toBe("read");
    expect(existsSync(started)).toBe(false);
  });

  it("starts what it likes when it is trusted", async () => {
    const { rig, started } = await repository("Speak softly.");
    writeFileSync(join(rig.workspace, "AGENTS.md"), "Speak softly.");
    const session = await rig.session({ options: { trust_repository: true } });
    expect((await session.turn("go")).finalMessage).toBe("read");
    await rig.until(() => existsSync(started));
  });

  it("cannot have another file read out", async () => {
    const { rig } = await repository("of-the-user");
    writeFileSync(join(rig.folder, "home", "key"), "of-the-user");
    symlinkSync(join(rig.folder, "home", "key"), join(rig.workspace, "AGENTS.md"));
    const session = await rig.session();
    expect((await session.turn("go")).finalMessage).toBe("not read");
  });
});
