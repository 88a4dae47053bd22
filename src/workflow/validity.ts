import type { Clock } from "../base/clock.ts";
import { isMaestroError, type MaestroError, toMaestroError } from "../base/errors.ts";
import type { Workflow } from "../model/workflow.ts";
import type { WorkflowInput } from "./input.ts";
import { loadWorkflow } from "./load.ts";

/** What a workflow file is worth as it stands. */
export type Validity = { readonly workflow: Workflow } | { readonly error: MaestroError };

/** How often a followed file is looked at, milliseconds. What is wrong may lie outside of it, so it is read anew each time. */
const LOOK_MS = 500;

/** Tells what a workflow file is worth, now and after each change, until the signal is aborted. Never rejects for a bad file. */
export async function* followValidity(
  input: WorkflowInput,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<Validity, void, void> {
  let told: string | undefined;
  while (!signal.aborted) {
    const found = await judge(input);
    const text = "workflow" in found ? found.workflow.hash : `${found.error.code}\n${found.error.message}`;
    if (text !== told) yield found;
    told = text;
    await pause(clock, signal);
  }
}

async function judge(input: WorkflowInput): Promise<Validity> {
  try {
    return { workflow: await loadWorkflow(input) };
  } catch (error) {
    return { error: toMaestroError(error) };
  }
}

async function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(LOOK_MS, signal);
  } catch (error) {
    // The end that was asked for.
    if (!isMaestroError(error) || error.code !== "aborted") throw error;
  }
}
