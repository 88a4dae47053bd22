import { isJsonObject } from "../../base/json.ts";
import type { ToolDescriptor } from "../../contracts/tool.ts";
import { sampleOf } from "./sample.ts";
import type { AgentMessage, MockOptions, Step } from "./schema.ts";

type Of<T extends AgentMessage["type"]> = Extract<AgentMessage, { type: T }>;

/** How a turn of a script ends. */
export type TurnEnd = Of<"turn_end"> | Of<"ask"> | Of<"quota">;

/** What a script can do, carried out by a process or by a simulation. */
export interface StepEffects {
  /** Paths are relative to the workspace or absolute. */
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  remove(path: string): Promise<void>;
  /** Runs a shell command in the workspace; returns its exit code. */
  run(command: string): Promise<number>;
  /** Starts a shell command in a session of its own and lets it be. */
  spawn(command: string): Promise<void>;
  emit(message: AgentMessage): void;
  print(text: string, to: "stdout" | "stderr"): void;
  /** Calls a tool and waits for the host's answer. */
  call(tool: string, args: unknown): Promise<{ readonly ok: boolean; readonly code: string }>;
  sleep(ms: number): Promise<void>;
  /** From now on only SIGKILL ends the agent. */
  ignoreSignals(): void;
  /** Never returns. */
  hang(): Promise<never>;
  exit(code: number): Promise<never>;
  crash(): Promise<never>;
  /** Epoch milliseconds. */
  now(): number;
}

/** The steps for one run of an issue: its own script, else `default`, else a plain turn with `message`. */
export function chooseSteps(
  options: MockOptions,
  identifier: string,
  run: number,
  tools: readonly Pick<ToolDescriptor, "name" | "inputSchema">[] = [],
): readonly Step[] {
  const scripts = options.scripts ?? {};
  const runs = (scripts[identifier] ?? scripts.default)?.runs;
  return runs?.[Math.min(run, runs.length) - 1] ?? plainSteps(options, tools);
}

/** What the ancestor's mock did: say something and, when told to, end its work, with a result where the run asks for one. */
function plainSteps(
  options: MockOptions,
  tools: readonly Pick<ToolDescriptor, "name" | "inputSchema">[],
): readonly Step[] {
  const text = options.message ?? "The mock agent did its turn.";
  const route = options.complete_issue_state;
  if (route === undefined) return [{ do: "say", text }];
  const delivery = tools.find(({ name }) => name === "run_result");
  const finish = (path: string): Step => ({ do: "call", tool: "run_finalize", arguments: { path } });
  if (delivery === undefined) {
    const said = { summary: text, route, no_change_reason: text };
    return [{ do: "say", text }, { do: "call", tool: "run_handoff", arguments: said }, finish("hand_off")];
  }
  const sample = sampleOf(delivery.inputSchema, text);
  const said = { ...(isJsonObject(sample) ? sample : {}), route };
  return [{ do: "say", text }, { do: "call", tool: "run_result", arguments: said }, finish("result")];
}

/** Plays a script turn by turn. */
export class ScriptPlayer {
  readonly #steps: readonly Step[];
  #next = 0;

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  /** Plays until the turn ends: by a step that ends it, by an effect that fails, or because no step is left. */
  async turn(effects: StepEffects): Promise<TurnEnd> {
    for (let step = this.#take(); step !== undefined; step = this.#take()) {
      const end = await play(step, effects);
      if (end !== null) return end;
    }
    return { type: "turn_end", status: "completed" };
  }

  #take(): Step | undefined {
    const step = this.#steps[this.#next];
    this.#next += 1;
    return step;
  }
}

async function play(step: Step, effects: StepEffects): Promise<TurnEnd | null> {
  switch (step.do) {
    case "end_turn":
      return { type: "turn_end", status: "completed" };
    case "fail":
      return failed(step.message, step.kind);
    case "ask":
      return { type: "ask", question: step.question };
    case "quota":
      return {
        type: "quota",
        reset_at: step.reset_in_ms === undefined ? null : effects.now() + step.reset_in_ms,
      };
    case "write":
    case "edit":
    case "delete":
    case "run":
    case "spawn":
      return work(step, effects);
    case "hang":
      return effects.hang();
    case "exit":
      return effects.exit(step.code);
    case "crash":
      return effects.crash();
    default:
      return talk(step, effects);
  }
}

type WorkStep = Extract<Step, { do: "write" | "edit" | "delete" | "run" | "spawn" }>;

async function work(step: WorkStep, effects: StepEffects): Promise<TurnEnd | null> {
  const summary = `${step.do} ${"path" in step ? step.path : step.command}`;
  switch (step.do) {
    case "write":
      await effects.write(step.path, step.text);
      break;
    case "delete":
      await effects.remove(step.path);
      break;
    case "spawn":
      await effects.spawn(step.command);
      break;
    case "edit": {
      const text = await effects.read(step.path);
      if (!text.includes(step.find)) return failed(`${step.path} does not hold the text to replace`);
      await effects.write(step.path, text.split(step.find).join(step.replace));
      break;
    }
    case "run": {
      const code = await effects.run(step.command);
      if (code !== 0) return failed(`${step.command} ended with exit code ${code}`);
      break;
    }
  }
  effects.emit({ type: "activity", summary });
  return null;
}

type TalkStep = Extract<Step, { do: "say" | "call" | "sleep" | "usage" | "flood" | "print" | "ignore_signals" }>;

async function talk(step: TalkStep, effects: StepEffects): Promise<null> {
  switch (step.do) {
    case "say":
      effects.emit({ type: "message", text: step.text });
      return null;
    case "print":
      effects.print(step.text, step.to);
      return null;
    case "sleep":
      await effects.sleep(step.ms);
      return null;
    case "ignore_signals":
      effects.ignoreSignals();
      return null;
    case "call": {
      const { ok, code } = await effects.call(step.tool, step.arguments ?? {});
      effects.emit({ type: "activity", summary: `${step.tool}: ${ok ? "ok" : code}` });
      return null;
    }
    case "usage": {
      const { input_tokens, output_tokens } = step;
      const total_tokens = input_tokens + output_tokens;
      const total = step.total === true ? { total: true } : {};
      effects.emit({ type: "usage", input_tokens, output_tokens, total_tokens, model: step.model ?? null, ...total });
      return null;
    }
    case "flood":
      for (let event = 1; event <= step.events; event += 1) {
        effects.emit({ type: "activity", summary: `event ${event}` });
        if (step.per_second !== undefined) await effects.sleep(1000 / step.per_second);
      }
      return null;
  }
}

function failed(message: string, kind?: string): TurnEnd {
  return { type: "turn_end", status: "failed", message, ...(kind === undefined ? {} : { kind }) };
}
