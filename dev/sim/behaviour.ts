import { sampleOf } from "../../src/agents/mock/sample.ts";
import { isJsonObject, type JsonObject } from "../../src/base/json.ts";
import type { Random } from "../../src/base/random.ts";
import type { SimProcess, SimProgram } from "./sim-process.ts";

/** What an agent of the simulation may do in a run. */
export type Behaviour =
  | "deliver"
  | "idle"
  | "fail"
  | "hang"
  | "exit"
  | "ask"
  | "question"
  | "quota"
  | "unfinished"
  | "garbage"
  | "nothing";

/** What agents appended outside: the judge reads this and never Maestro's record. */
export interface AgentLine {
  readonly at: number;
  readonly event: "start" | "stop";
  readonly issue: string;
  readonly run: number;
  readonly pid: number;
  readonly workspace: string;
  /** On `stop`: it failed by its own act, was ended in the middle of a turn, or neither. */
  readonly how: "failed" | "cut" | "ended" | null;
  /** On `stop`: what it had made up its mind to do. */
  readonly did: Behaviour | null;
}

/** How agents behave; the world swaps it when it quiets down. */
export interface AgentScript {
  readonly choose: () => Behaviour;
  readonly random: Random;
  readonly log: (line: AgentLine) => void;
}

const BEHAVIOURS: readonly (readonly [Behaviour, number])[] = [
  ["deliver", 12],
  ["idle", 2],
  ["fail", 3],
  ["hang", 2],
  ["exit", 2],
  ["ask", 1],
  ["question", 1],
  ["quota", 1],
  ["unfinished", 1],
  ["garbage", 1],
  ["nothing", 1],
];

/** In the worlds in which agents mostly do nothing. */
const LAZY: Behaviour = "idle";

/** A behaviour by weight; `isLazy` is for agents of which most do nothing. */
export function randomBehaviour(random: Random, isLazy = false): Behaviour {
  if (isLazy && random.next() < 0.7) return LAZY;
  const total = BEHAVIOURS.reduce((sum, [, weight]) => sum + weight, 0);
  let at = random.integer(total);
  for (const [behaviour, weight] of BEHAVIOURS) {
    if (at < weight) return behaviour;
    at -= weight;
  }
  return "deliver";
}

/** An agent that speaks the mock's protocol and behaves as the script says. It does not end when it is asked to. */
export function agentProgram(script: () => AgentScript): SimProgram {
  return async (process) => {
    const { random, log, choose } = script();
    const issue = process.env.MAESTRO_ISSUE_ID ?? "?";
    const run = Number(process.env.MAESTRO_RUN ?? 0);
    const agent = new Agent(process, random);
    const line = (event: AgentLine["event"], how: AgentLine["how"], did: Behaviour | null): void =>
      log({ at: process.clock.now(), event, issue, run, pid: process.pid, workspace: process.cwd, how, did });
    line("start", null, null);
    if (random.next() < 0.3) process.ignoreTerm();
    const behaviour = choose();
    process.signal.addEventListener("abort", () => line("stop", agent.standing, behaviour), { once: true });
    return agent.live(behaviour, `${issue}-${run}`);
  };
}

class Agent {
  readonly #process: SimProcess;
  readonly #random: Random;
  #calls = 0;
  #tools: readonly JsonObject[] = [];
  /** What it means when the process ends now. */
  standing: "failed" | "cut" | "ended" = "ended";

  constructor(process: SimProcess, random: Random) {
    this.#process = process;
    this.#random = random;
  }

  async live(behaviour: Behaviour, name: string): Promise<number> {
    const start = await this.#expect("start");
    this.#tools = Array.isArray(start?.tools) ? start.tools.filter(isJsonObject) : [];
    await this.#pause();
    this.#send({ type: "ready", session: `session-${name}` });
    while (true) {
      const message = await this.#expect("turn", "stop");
      if (message?.type !== "turn") return 0;
      const code = await this.#turn(behaviour, name);
      if (code !== null) return code;
    }
  }

  async #turn(behaviour: Behaviour, name: string): Promise<number | null> {
    this.standing = "cut";
    this.#send({ type: "message", text: `${name} is at work` });
    this.#send({ type: "usage", input_tokens: 10, output_tokens: 5, total_tokens: 15 });
    await this.#pause();
    switch (behaviour) {
      case "hang":
        await this.#process.clock.sleep(10 ** 9, this.#process.signal);
        return 1;
      case "exit":
        this.standing = "failed";
        return 3;
      case "garbage":
        this.#process.say("this is not JSON\n{broken\n");
        return this.#end("completed");
      case "fail":
        return this.#end("failed");
      case "quota":
        this.standing = "ended";
        this.#send({ type: "quota", reset_at: this.#process.clock.now() + 60_000 });
        return null;
      case "idle":
        return this.#end("completed");
      default:
        return this.#finish(behaviour, name);
    }
  }

  async #finish(behaviour: Behaviour, name: string): Promise<number | null> {
    if (behaviour !== "nothing") {
      const { runtime, cwd } = this.#process;
      await runtime.writeText(`${cwd}/work-${name}.txt`, `${name} ${this.#process.clock.now()}\n`);
    }
    await this.#pause();
    if (behaviour === "question") await this.#call("run_ask", { question: `${name}: red or blue?` });
    else if (behaviour === "ask") {
      await this.#call("run_attention", { summary: `${name} needs a person` });
      await this.#call("run_finalize", { path: "attention" });
    } else {
      const path = await this.#deliver(`${name} is done`);
      if (behaviour !== "unfinished") await this.#call("run_finalize", { path });
    }
    return this.#end("completed");
  }

  /** In the form that its profile wants: a result where there is a tool for one. Returns how the run ends then. */
  async #deliver(summary: string): Promise<string> {
    const tool = this.#tools.find(({ name }) => name === "run_result");
    const result = tool === undefined ? undefined : sampleOf(tool.inputSchema, summary);
    if (!isJsonObject(result)) {
      await this.#call("run_handoff", { summary });
      return "hand_off";
    }
    await this.#call("run_result", { ...result, summary });
    return "result";
  }

  async #call(name: string, args: JsonObject): Promise<void> {
    this.#calls += 1;
    this.#send({ type: "tool_call", id: `call-${this.#calls}`, name, arguments: args });
    await this.#expect("tool_result");
  }

  #end(status: "completed" | "failed"): null {
    this.standing = status === "failed" ? "failed" : "ended";
    this.#send({ type: "turn_end", status, message: status });
    return null;
  }

  #send(message: object): void {
    this.#process.say(`${JSON.stringify(message)}\n`);
  }

  /** The next message of one of these types; others are passed over. `null` when nobody talks to us any more. */
  async #expect(...types: readonly string[]): Promise<Record<string, unknown> | null> {
    while (true) {
      const line = await this.#process.readLine();
      // An orphan whose host died does not end by itself: that is the case that recovery is for.
      if (line === null) await this.#process.clock.sleep(10 ** 9, this.#process.signal);
      const message: Record<string, unknown> = JSON.parse(line ?? "null");
      if (types.includes(String(message.type))) return message;
    }
  }

  async #pause(): Promise<void> {
    await this.#process.clock.sleep(200 + this.#random.integer(20_000), this.#process.signal);
  }
}
