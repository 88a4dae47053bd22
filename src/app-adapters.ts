import { stableJson } from "./base/json.ts";
import type { Forge } from "./contracts/forge.ts";
import type { AdapterContext, Tracker } from "./contracts/tracker.ts";
import { lifecycleNeeds } from "./app-lifecycle.ts";
import type { Workflow } from "./model/workflow.ts";
import type { WorkflowKinds } from "./workflow/index.ts";

/** What adapters are opened with, whatever the workflow. */
export type AdapterSurroundings = Omit<AdapterContext, "directory" | "repository">;

/** Opens the tracker that a workflow names. May throw the tracker's codes. */
export async function openTracker(
  kinds: WorkflowKinds,
  workflow: Workflow,
  surroundings: AdapterSurroundings,
): Promise<Tracker> {
  const provider = await kinds.trackers.load(workflow.tracker.kind);
  return provider.open(workflow.tracker.options, contextOf(workflow, surroundings));
}

/** Opens the forge that a workflow names; `null` for one without a repository. May throw the forge's codes. */
export async function openForge(
  kinds: WorkflowKinds,
  workflow: Workflow,
  surroundings: AdapterSurroundings,
): Promise<Forge | null> {
  if (workflow.repo === null) return null;
  const provider = await kinds.forges.load(workflow.repo.provider.kind);
  return provider.open(workflow.repo.provider.options, contextOf(workflow, surroundings));
}

function contextOf(workflow: Workflow, surroundings: AdapterSurroundings): AdapterContext {
  const { repo } = workflow;
  return {
    ...surroundings,
    directory: workflow.directory,
    lifecycle: lifecycleNeeds(workflow),
    ...(repo === null ? {} : { repository: { path: repo.path, baseBranch: repo.baseBranch, remote: repo.remote } }),
  };
}

/** Tracker and forge of the workflow in force; opened anew when a reload names others. */
export class OutsideAdapters {
  readonly #kinds: WorkflowKinds;
  readonly #surroundings: AdapterSurroundings;
  readonly #onHint: () => void;
  #tracker: Tracker;
  #forge: Forge | null;
  #key: string;
  #unwatch: (() => void)[] = [];

  private constructor(
    kinds: WorkflowKinds,
    surroundings: AdapterSurroundings,
    onHint: () => void,
    tracker: Tracker,
    forge: Forge | null,
    key: string,
  ) {
    this.#kinds = kinds;
    this.#surroundings = surroundings;
    this.#onHint = onHint;
    this.#tracker = tracker;
    this.#forge = forge;
    this.#key = key;
    this.#watch();
  }

  /** Opens both. `onHint` is called when either may have changed. */
  static async open(
    kinds: WorkflowKinds,
    surroundings: AdapterSurroundings,
    workflow: Workflow,
    onHint: () => void,
  ): Promise<OutsideAdapters> {
    const tracker = await openTracker(kinds, workflow, surroundings);
    try {
      const forge = await openForge(kinds, workflow, surroundings);
      return new OutsideAdapters(kinds, surroundings, onHint, tracker, forge, await keyOf(kinds, workflow));
    } catch (error) {
      await tracker.close();
      throw error;
    }
  }

  tracker(): Tracker {
    return this.#tracker;
  }

  forge(): Forge | null {
    return this.#forge;
  }

  /** Follows a reload. When the new ones cannot be opened, the old ones stay and the error is thrown. */
  async follow(workflow: Workflow): Promise<void> {
    const key = await keyOf(this.#kinds, workflow);
    if (key === this.#key) return;
    const tracker = await openTracker(this.#kinds, workflow, this.#surroundings);
    const forge = await openForge(this.#kinds, workflow, this.#surroundings);
    await this.close();
    this.#tracker = tracker;
    this.#forge = forge;
    this.#key = key;
    this.#watch();
  }

  /** Lets go of both. */
  async close(): Promise<void> {
    for (const unwatch of this.#unwatch) unwatch();
    this.#unwatch = [];
    await this.#tracker.close();
    await this.#forge?.dispose();
  }

  #watch(): void {
    if (this.#tracker.capabilities.watch) this.#unwatch.push(this.#tracker.watch(this.#onHint));
    if (this.#forge !== null) this.#unwatch.push(this.#forge.watch(this.#onHint));
  }
}

/** What the adapters depend on. */
async function keyOf(kinds: WorkflowKinds, workflow: Workflow): Promise<string> {
  const { readsLifecycle = false } = await kinds.trackers.load(workflow.tracker.kind);
  return stableJson({
    lifecycle: readsLifecycle ? lifecycleNeeds(workflow) : null,
    tracker: [workflow.tracker.kind, workflow.tracker.options],
    repo: workflow.repo,
    directory: workflow.directory,
  });
}
