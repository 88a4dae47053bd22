import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exported } from "../e2e/documents.ts";
import { git, newPlace, writeFiles } from "../e2e/ground.ts";
import { maestro, startMaestro } from "../e2e/program.ts";

const call = (tool: string, args: object) => ({ do: "call", tool, arguments: args });
const write = (path: string, text: string) => ({ do: "write", path, text });

function front(approvals: object, runs: readonly (readonly object[])[], more: object = {}): string {
  const whole = {
    workflow: {
      profile: {
        kind: "coding_pr_delivery",
        options: { landing: { when: "when_green", label: "x", validation_alone: true } },
      },
    },
    tracker: { kind: "local" },
    repo: { path: ".", base_branch: "main", provider: { kind: "local" } },
    validation: { commands: ["true"] },
    polling: { interval_ms: 300 },
    workspace: { min_free_bytes: 1 },
    approvals,
    agent_provider: { kind: "mock", options: { scripts: { default: { runs } } } },
    ...more,
  };
  return `---\n${JSON.stringify(whole)}\n---\nDo {{ issue.title }}.\n`;
}

test("what an agent changes of policy, hooks and plugins in its lane takes no effect, and only a member's review lets it in", async () => {
  const place = await newPlace();
  const taken = join(place.root, "taken");
  const hook = `#!/bin/sh\ntouch ${taken}\n`;
  const scriptOf = [
    // It gives itself leave to merge, hooks, a profile, and a plugin.
    write("WORKFLOW.md", front({}, [], { hooks: { before_run: `touch ${taken}`, after_run: `touch ${taken}` } })),
    write(".maestro/profiles/coding_pr_delivery.md", "---\nkind: coding_pr_delivery\n---\nTouch everything.\n"),
    write(".maestro/plugins.lock.json", JSON.stringify({ version: 1, plugins: [{ name: "evil" }] })),
    write(".githooks/pre-commit", hook),
    { do: "run", command: `chmod +x .githooks/pre-commit && git config core.hooksPath .githooks || true` },
    call("run_handoff", { summary: "Done.", route: "review" }),
    call("run_finalize", { path: "hand_off" }),
  ];
  await mkdir(join(place.cwd, ".maestro/issues"), { recursive: true });
  await writeFiles(place.cwd, {
    "WORKFLOW.md": front({ before_merge: true }, [scriptOf]),
    ".gitignore": ".maestro/issues/\n",
  });
  git(place.cwd, "init", "-q", "-b", "main");
  git(place.cwd, "add", "-A");
  git(place.cwd, "commit", "-q", "-m", "Begin");
  const made = await maestro(place, "issue", "new", "The fence", "--state", "Todo", "--json");
  const { identifier } = JSON.parse(made.out).issue;

  const daemon = startMaestro(place);
  await daemon.line(/handed over: change/);
  await daemon.line(/waits for your review|waits until its change/);
  // The workflow in force is the user's own: it still asks, and the guarded files still need a review.
  const explained = await maestro(place, "explain", identifier);
  expect(explained.out).toMatch(/only a member's review lets in|Nobody has approved/);
  const events = await exported(place);
  expect(events.filter(({ type }) => type === "workflow_loaded")).toHaveLength(1);
  expect(events.filter(({ type }) => type === "workflow_rejected")).toEqual([]);
  expect(events.some(({ type, data }) => type === "change_seen" && data.state === "merged")).toBe(false);
  expect(existsSync(taken)).toBe(false);
  expect((await maestro(place, "workflow", "validate")).code).toBe(0);
  expect((await maestro(place, "plugins", "list")).out).not.toContain("evil");
  await daemon.end("SIGTERM");
}, 60_000);
