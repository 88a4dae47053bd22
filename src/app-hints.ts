import type { WorkflowChange } from "./workflow/index.ts";

/** Who listens to hints from tracker, forge and workflow file. */
export interface HintTargets {
  /** Something outside may have changed. */
  readonly poll: () => void;
  readonly workflow: (change: WorkflowChange) => void;
}

/** Hints that may come before there is anybody to hear them; then there is nothing to hint at yet. */
export class Hints implements HintTargets {
  #targets: HintTargets | null = null;

  connect(targets: HintTargets): void {
    this.#targets = targets;
  }

  readonly poll = (): void => this.#targets?.poll();

  readonly workflow = (change: WorkflowChange): void => this.#targets?.workflow(change);
}
