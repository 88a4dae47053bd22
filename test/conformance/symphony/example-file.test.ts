import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { onAndOn } from "./actor.ts";
import { newStage } from "./service.ts";

/** The shape of the workflow file that Symphony itself is developed with, in our words; only the clone is a local one. */
const EXAMPLE = `---
tracker:
  kind: linear
  provider:
    project_slug: "runner-0123456789ab"
  active_states:
    - Todo
    - In Progress
    - Merging
    - Rework
  terminal_states:
    - Closed
    - Cancelled
    - Canceled
    - Duplicate
    - Done
polling:
  interval_ms: 5000
workspace:
  root: ~/code/symphony-workspaces
hooks:
  after_create: |
    echo cloned > README
    if command -v sh >/dev/null; then
      echo "tools are set up" >> README
    fi
  before_remove: |
    echo closed >> ../closed
agent:
  max_concurrent_agents: 10
  max_turns: 20
codex:
  command: codex --config shell_environment_policy.inherit=all --config 'model="gpt-5.5"' --config model_reasoning_effort=xhigh app-server
  approval_policy: never
  thread_sandbox: workspace-write
  turn_sandbox_policy:
    type: workspaceWrite
    networkAccess: true
---

You are working on a Linear ticket \`{{ issue.identifier }}\`

{% if attempt %}
Continuation context: this is retry attempt #{{ attempt }}; go on from the workspace as it is.
{% endif %}

Title: {{ issue.title }}
Current status: {{ issue.state }}
Labels: {{ issue.labels }}
URL: {{ issue.url }}

{% if issue.description %}
{{ issue.description }}
{% else %}
No description provided.
{% endif %}

Keep one comment with the heading "Workpad".
`;

test("S-039, S-072, S-045, S-057, S-041 Symphony's own example file loads unchanged and takes an issue through its states", async () => {
  const stage = await newStage({ text: EXAMPLE });
  stage.board.put("RUN-7", { state: "Todo", labels: ["symphony"], url: "https://example.invalid/RUN-7" });
  stage.board.put("RUN-8", { state: "Backlog" });
  const moves = ["In Progress", "Human Review"];
  stage.actor.play = async ({ issue }) => {
    stage.board.put(issue, { state: moves.shift() ?? "Done" });
    return undefined;
  };
  await stage.start();
  const { workflow } = stage.daemon;
  // All of the file is in force; what is told is what its profile does without.
  expect(new Set(workflow.warnings?.map(({ key }) => key))).toEqual(new Set(["workflow.profile.kind"]));
  expect(workflow.workspace.root).toBe(join(stage.home, "code/symphony-workspaces"));
  expect(stage.board.options).toContainEqual({ project_slug: "runner-0123456789ab" });
  expect(stage.actor.options.at(-1)).toEqual({
    command: `codex --config shell_environment_policy.inherit=all --config 'model="gpt-5.5"' --config model_reasoning_effort=xhigh app-server`,
    approval_policy: "never",
    thread_sandbox: "workspace-write",
    turn_sandbox_policy: { type: "workspaceWrite", networkAccess: true },
  });
  await stage.event("work_closed");
  const [first] = stage.actor.scenes;
  expect(first?.prompts).toHaveLength(2);
  expect(first?.prompts[0]).toMatch(
    /^You are working on a Linear ticket `RUN-7`\n[\s\S]*Current status: Todo\n[\s\S]*No description provided\.[\s\S]*Keep one comment with the heading "Workpad"\.$/,
  );
  expect(first?.prompts[0]).not.toContain("Continuation context");
  const path = first?.request.workspace ?? "";
  expect(await readFile(join(path, "README"), "utf8")).toBe("cloned\ntools are set up\n");
  // People approved it: the issue comes back to be merged, in the same workspace.
  stage.board.put("RUN-7", { state: "Merging" });
  stage.actor.play = onAndOn;
  await stage.tick();
  await stage.until(() => stage.actor.scenes.length === 2);
  expect(stage.actor.scenes[1]?.request.workspace).toBe(path);
  stage.board.put("RUN-7", { state: "Done" });
  stage.board.hint();
  await stage.event("lane_closed");
  await expect(access(path)).rejects.toThrow();
  expect(await readFile(join(path, "../closed"), "utf8")).toBe("closed\n");
  expect(stage.actor.of("RUN-8")).toEqual([]);
});
