import { newNonce } from "../../base/ids.ts";
import type { AgentQuestion } from "../../contracts/agent-provider.ts";
import type { RunOutside } from "../../contracts/run-outside.ts";
import type { ToolAudience, ToolCall, ToolContext, ToolDescriptor, ToolResult } from "../../contracts/tool.ts";
import { nextRoutes } from "../../model/profile.ts";
import type { CompletionSignal } from "../../model/run.ts";
import { toolsOfRun } from "../../model/run-tools.ts";
import { routeOf } from "../../model/workflow.ts";
import { judgeSignals, type SignalRecord } from "../../tools/index.ts";
import type { WorkContext } from "../context.ts";
import { holdCall } from "./held-call.ts";
import { runOutside } from "./outside/run-outside.ts";

/** The tool by which people are asked, and what it takes at most. */
const ASK = "run_ask";
const LONGEST_QUESTION = 4_000;
const LONGEST_OPTION = 500;
const MOST_OPTIONS = 10;

/** Where a run's tool calls are answered, and what they said about its end. */
export class ToolDesk {
  readonly descriptors: readonly ToolDescriptor[];
  readonly #context: WorkContext;
  readonly #audience: ToolAudience;
  readonly #outside: RunOutside;
  readonly #signals: SignalRecord[] = [];
  readonly #questions: AgentQuestion[] = [];

  /** `path` is the workspace. Throws `unsupported_tool` when the profile names a tool that is not built, and the codes of plugins. */
  static async open(context: WorkContext, path: string): Promise<ToolDesk> {
    await context.parts.toolbox.load(toolNames(context));
    return new ToolDesk(context, path);
  }

  private constructor(context: WorkContext, path: string) {
    this.#context = context;
    this.#audience = audienceOf(context);
    this.#outside = runOutside(context, path);
    const described = context.parts.toolbox.descriptors(toolNames(context), this.#audience);
    this.descriptors = described.filter(({ capability }) => capability === undefined || this.#outside.can(capability));
  }

  /** Answers a call. Never rejects. */
  async answer(call: ToolCall, signal: AbortSignal): Promise<ToolResult> {
    const { parts, workflow, work, lease, assignment, observer, tally } = this.#context;
    const context: ToolContext = {
      issue: assignment.issue,
      profile: workflow.profile.kind,
      ...this.#audience,
      profileOptions: workflow.profile.options,
      purpose: assignment.purpose,
      deliversChange: workflow.profile.completion.deliversChange,
      laneId: work.laneId,
      run: work.run,
      fence: lease.fence,
      signal,
      nonce: newNonce(parts.random),
      ...(workflow.trust === undefined ? {} : { trust: workflow.trust }),
      outside: this.#outside,
      observe: async (event) => {
        await observer.observe(event);
        // Only what is on record counts.
        if (event.type === "signal_recorded") this.#signals.push(event.data);
      },
    };
    const names = this.descriptors.map(({ name }) => name);
    const described = this.descriptors.find(({ name }) => name === call.name);
    const held = described === undefined ? null : await holdCall(this.#context, described, call);
    const result = held ?? (await parts.toolbox.call(call, names, context));
    tally.called(call.name, result.ok);
    return result;
  }

  /** Keeps what the agent wants to know of a person, until its turn ends. */
  hold(question: AgentQuestion): void {
    this.#questions.push(question);
  }

  /**
   * Asks people what was kept, as `run_ask` does: unless the agent has said by itself how its run ends, or has no leave to ask. Never rejects.
   */
  async askHeld(signal: AbortSignal): Promise<void> {
    const held = this.#questions.splice(0);
    const mayAsk = this.descriptors.some(({ name }) => name === ASK);
    if (!mayAsk || signal.aborted || this.signal().kind !== "none") return;
    for (const [at, { text, options }] of held.entries()) {
      const question = text.trim().slice(0, LONGEST_QUESTION);
      const fit = options.filter((option) => option !== "" && option.length <= LONGEST_OPTION).slice(0, MOST_OPTIONS);
      await this.answer({ id: `held_${at + 1}`, name: ASK, arguments: { question, options: fit } }, signal);
    }
  }

  /** How the run ends, as far as the agent has said. */
  signal(): CompletionSignal {
    return judgeSignals(this.#signals);
  }
}

function toolNames({ workflow, assignment }: WorkContext): readonly string[] {
  return toolsOfRun(workflow, assignment.issue.state, assignment.purpose);
}

function audienceOf({ workflow, assignment }: WorkContext): ToolAudience {
  const { profile } = workflow;
  const { result } = profile.completion;
  return {
    completionRoutes: nextRoutes(profile, routeOf(workflow, assignment.issue.state)),
    ...(result === undefined ? {} : { resultKind: result }),
  };
}
