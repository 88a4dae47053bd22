import type { ToolCall, ToolContext, ToolDescriptor, ToolResult } from "../../contracts/tool.ts";
import type { CompletionSignal } from "../../model/run.ts";
import { judgeSignals, type SignalRecord } from "../../tools/index.ts";
import type { WorkContext } from "../context.ts";

/** Where a run's tool calls are answered, and what they said about its end. */
export class ToolDesk {
  readonly descriptors: readonly ToolDescriptor[];
  readonly #context: WorkContext;
  readonly #signals: SignalRecord[] = [];

  /** Throws `unsupported_tool` when the profile names a tool that is not built. */
  constructor(context: WorkContext) {
    this.#context = context;
    this.descriptors = context.parts.toolbox.descriptors(context.workflow.profile.tools);
  }

  /** Answers a call. Never rejects. */
  async answer(call: ToolCall, signal: AbortSignal): Promise<ToolResult> {
    const { parts, workflow, work, lease, assignment, observer, tally } = this.#context;
    const context: ToolContext = {
      issue: assignment.issue,
      profile: workflow.profile.kind,
      completionRoutes: workflow.profile.completion.routes,
      deliversChange: workflow.profile.completion.deliversChange,
      laneId: work.laneId,
      run: work.run,
      fence: lease.fence,
      signal,
      observe: async (event) => {
        await observer.observe(event);
        // Only what is on record counts.
        if (event.type === "signal_recorded") this.#signals.push(event.data);
      },
    };
    const names = this.descriptors.map(({ name }) => name);
    const result = await parts.toolbox.call(call, names, context);
    tally.called(call.name, result.ok);
    return result;
  }

  /** How the run ends, as far as the agent has said. */
  signal(): CompletionSignal {
    return judgeSignals(this.#signals);
  }
}
