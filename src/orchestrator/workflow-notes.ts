import type { MaestroError } from "../base/errors.ts";
import type { Event } from "../model/events/index.ts";
import type { Workflow } from "../model/workflow.ts";
import type { OrchestratorParts } from "./ports.ts";

/** Puts on record which workflow is in force, and that a text was refused: each change once, however often the file is looked at. */
export class WorkflowNotes {
  readonly #parts: OrchestratorParts;
  #hash: string | null = null;
  #problem: string | null = null;

  constructor(parts: OrchestratorParts) {
    this.#parts = parts;
  }

  /** Writes what has changed since the last note; nothing when nothing has. */
  async write(): Promise<void> {
    const { workflows, record } = this.#parts;
    const workflow = workflows.current();
    const problem = workflows.problem();
    const event = this.#change(workflow, problem);
    if (event === null) return;
    const scope = { workflowId: record.workflowId, laneId: null, run: null, fence: null };
    await record.transact((tx) => tx.append([{ ...scope, event }]));
    this.#hash = workflow.hash;
    this.#problem = problem?.message ?? null;
  }

  #change({ hash, path }: Workflow, problem: MaestroError | null): Event | null {
    if (problem !== null) {
      if (problem.message === this.#problem) return null;
      return { type: "workflow_rejected", data: { path, code: problem.code, message: problem.message } };
    }
    if (hash === this.#hash && this.#problem === null) return null;
    return { type: "workflow_loaded", data: { hash, path, previous: this.#hash } };
  }
}
