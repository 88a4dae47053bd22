import { fileURLToPath } from "node:url";
import { builtInKinds } from "../../src/app-kinds.ts";
import type { Hooks } from "../../src/model/hooks.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { loadWorkflow } from "../../src/workflow/index.ts";

/** Read once: they are the same for all seeds. */
const CODING = load("WORKFLOW.md");
const TRIAGE = load("TRIAGE.md");

/** In the worlds in which states have limits of their own. */
const STATE_LIMITS = { "in progress": 1 };

/** Scripts that take some time and sometimes fail, as everything that a shell runs here. */
const HOOKS: Pick<Hooks, "afterCreate" | "beforeRun" | "afterRun" | "beforeRemove"> = {
  afterCreate: "after create",
  beforeRun: "before run",
  afterRun: "after run",
  beforeRemove: "before remove",
};

/** The workflow of a seed's world: profile, workspace strategy, hooks and limits of states vary from world to world. */
export async function workflowOf(seed: number): Promise<Workflow> {
  const workflow = await (seed % 4 === 0 ? TRIAGE : CODING);
  const { agent, hooks, workspace } = workflow;
  return {
    ...workflow,
    agent: { ...agent, maxConcurrentAgentsByState: seed % 3 === 1 ? STATE_LIMITS : {} },
    hooks: seed % 5 < 2 ? { ...hooks, ...HOOKS } : hooks,
    workspace: { ...workspace, strategy: seed % 2 === 0 ? "clone" : "worktree" },
  };
}

async function load(name: string): Promise<Workflow> {
  return loadWorkflow({
    path: fileURLToPath(new URL(`./${name}`, import.meta.url)),
    kinds: builtInKinds(),
    environment: {},
    home: "/state",
  });
}
