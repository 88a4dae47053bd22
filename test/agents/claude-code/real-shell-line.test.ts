import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { claudeCodeAgent } from "../../../src/agents/claude-code/index.ts";
import { Bench, realAgent } from "../bench.ts";

const program = realAgent("claude");

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

describe.skipIf(program === null)("Claude Code by a shell line, the real one", () => {
  it("is found where only the daemon's PATH leads, and no token comes back through a login shell", async () => {
    const command = "env > seen.txt";
    const on = await Bench.open(({ tools, outcomes }) => {
      if (!tools.includes("Bash")) return [{ text: "A title" }];
      return outcomes.length === 0 ? [{ tool: "Bash", args: { command, description: "looks" } }] : [{ text: "Seen." }];
    });
    bench = on;
    const own = join(on.folder, "only here");
    await mkdir(own);
    await symlink(program ?? "", join(own, "my-claude"));
    // The agent's home is its own: a profile there is all that a login shell reads of a home.
    const profile = "export PATH=/usr/bin:/bin LINEAR_API_KEY=secret-of-the-tracker\n";
    await writeFile(join(on.folder, "account", ".bash_profile"), profile);
    const PATH = `${own}:${process.env.PATH ?? ""}`;
    const env = { PATH, ANTHROPIC_BASE_URL: on.model.url, ANTHROPIC_API_KEY: "fake-key" };
    const session = await on.session(
      claudeCodeAgent,
      { command: "exec my-claude", model: "claude-sonnet-4-5" },
      { env },
    );
    expect(await session.turn("Look."), on.stderr()).toMatchObject({ status: "completed", finalMessage: "Seen." });
    const seen = await readFile(join(on.workspace, "seen.txt"), "utf8");
    expect(seen).not.toContain("secret-of-the-tracker");
    expect(seen).toContain(`PATH=${own}:`);
    expect(seen).toContain(`HOME=${join(on.folder, "account")}`);
    await session.stop();
    expect(await on.survivors()).toBe(0);
  });
});
