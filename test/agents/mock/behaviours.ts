import type { AgentBehaviour } from "../../../src/contracts/conformance/agent-provider.ts";
import type { Step } from "../../../src/agents/mock/schema.ts";

/** The conformance suite's behaviours as scripts. Two of them need another program. */
export const BEHAVIOURS: Readonly<Record<Exclude<AgentBehaviour, "is_never_ready" | "is_missing">, readonly Step[]>> = {
  answers: [{ do: "say", text: "hello" }, { do: "end_turn" }, { do: "say", text: "hello" }, { do: "end_turn" }],
  reports: [
    { do: "write", path: "a.txt", text: "a" },
    { do: "usage", input_tokens: 10, output_tokens: 5 },
    { do: "say", text: "done" },
  ],
  calls_tools: [
    { do: "call", tool: "note", arguments: { text: "x" } },
    { do: "call", tool: "no_such" },
    { do: "say", text: "done" },
  ],
  asks: [{ do: "ask", question: "which one?" }],
  fails: [{ do: "fail", message: "I give up" }],
  out_of_quota: [{ do: "quota", reset_in_ms: 60_000 }],
  exits: [{ do: "exit", code: 3 }],
  is_silent: [{ do: "sleep", ms: 60_000 }],
  is_mute: [
    { do: "print", to: "stdout", text: "Warming up …\n" },
    { do: "sleep", ms: 60_000 },
  ],
  goes_on: [{ do: "flood", events: 1_000, per_second: 20 }],
  hangs: [{ do: "spawn", command: "trap '' TERM; sleep 300" }, { do: "hang" }],
  waits: [{ do: "sleep", ms: 60_000 }],
  floods: [{ do: "flood", events: 10_000 }],
  chatters: [
    { do: "print", to: "stderr", text: "oops\n" },
    { do: "print", to: "stdout", text: "Compiling 3 files …\n" },
    { do: "say", text: "hello" },
  ],
};
