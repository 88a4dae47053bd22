import { posix } from "node:path";
import { AgentProgram } from "../../src/agents/mock/program/agent-program.ts";
import type { ProcessEffects } from "../../src/agents/mock/program/effects.ts";
import { createMockAgent } from "../../src/agents/mock/provider.ts";
import type { AgentProviderKind } from "../../src/contracts/agent-provider.ts";
import type { SimProcess, SimProgram } from "./sim-process.ts";

/** What an agent did, as seen by somebody outside of Maestro. `stop` is written however the agent ended. */
export interface AgentLine {
  readonly at: number;
  readonly event: "start" | "stop";
  readonly issue: string | null;
  readonly run: number;
  readonly pid: number;
  readonly workspace: string;
}

/** Name under which the agent's program has to be known to the simulated machine. */
export const SIM_AGENT_COMMAND = "maestro-mock-agent";

/** The mock agent for a simulated machine: the same host side and the same program, on a process that is a script. */
export function simAgentKind(): AgentProviderKind {
  return createMockAgent({ node: SIM_AGENT_COMMAND, program: [] });
}

/** The program of `SIM_AGENT_COMMAND`. Each agent writes a line into `journal` when it begins and when it is gone. */
export function simAgentProgram(journal: AgentLine[]): SimProgram {
  return async (process) => {
    note(journal, process, "start");
    process.signal.addEventListener("abort", () => note(journal, process, "stop"), { once: true });
    return new Promise<number>((leave) => {
      const program = new AgentProgram(simEffects(process, leave));
      void listen(process, program);
    });
  };
}

function note(journal: AgentLine[], { env, pid, cwd, clock }: SimProcess, event: "start" | "stop"): void {
  const { MAESTRO_ISSUE_IDENTIFIER: issue, MAESTRO_RUN: run } = env;
  journal.push({ at: clock.now(), event, issue: issue ?? null, run: Number(run ?? 0), pid, workspace: cwd });
}

async function listen(process: SimProcess, program: AgentProgram): Promise<void> {
  try {
    for (let line = await process.readLine(); line !== null; line = await process.readLine()) program.receive(line);
    program.inputEnded();
  } catch {
    // The process was killed while it waited for its host.
  }
}

/** What the agent does to the simulated machine. A killed process does nothing any more: every use of it throws. */
function simEffects(process: SimProcess, leave: (code: number) => void): ProcessEffects {
  const { clock, runtime, cwd, env } = process;
  const at = (path: string): string => posix.resolve(cwd, path);
  const marker = env.MAESTRO_PROCESS_MARKER ?? "";
  const shell = (command: string) => ({ command: "sh", args: ["-c", command], cwd, env: { ...env }, marker });
  return {
    write: (path, text) => runtime.writeText(at(path), text),
    read: (path) => runtime.readText(at(path)),
    remove: (path) => runtime.remove(at(path)),
    run: async (command) => {
      const { code } = await runtime.execute({ ...shell(command), timeoutMs: 600_000, signal: process.signal });
      return code ?? 1;
    },
    spawn: async (command) => {
      await runtime.spawn(shell(command));
    },
    print: (text, to) => {
      if (process.signal.aborted) return;
      if (to === "stdout") process.say(text);
      else process.complain(text);
    },
    sleep: (ms) => clock.sleep(ms, process.signal),
    now: () => clock.now(),
    crash: () => {
      leave(137);
      return new Promise(() => undefined);
    },
    note: () => undefined,
    stayAlive: () => process.ignoreTerm(),
    leave,
  };
}
