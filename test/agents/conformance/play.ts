import type { ModelScript, ModelStep } from "../../../dev/fakes/models/script.ts";
import type { JsonObject } from "../../../src/base/json.ts";
import type { AgentProviderKind } from "../../../src/contracts/agent-provider.ts";
import type { AgentBehaviour } from "../../../src/contracts/conformance/agent-provider.ts";
import type { BenchOptions } from "../bench.ts";

/** How a real agent is brought to behave in one way. */
export interface Play {
  readonly script: ModelScript;
  readonly options?: JsonObject;
  /** Starts the program by this shell script, which finds program and arguments in `"$@"`. */
  readonly wrapper?: string;
  /** Starts this instead of it. */
  readonly command?: readonly string[];
  readonly start?: BenchOptions;
}

/** A real agent in the cases of the contract. */
export interface Player {
  readonly kind: AgentProviderKind;
  readonly command: readonly string[];
  readonly options: (url: string) => JsonObject;
  readonly env?: (url: string) => Readonly<Record<string, string>>;
  /** A text is why it cannot be brought to that. */
  readonly plays: Readonly<Record<AgentBehaviour, Play | string>>;
}

/** Says `hello` to everything. */
export const HELLO: ModelScript = () => [{ text: "hello" }];
const HANG: ModelScript = () => [{ hang: true }];

/** What needs no tool of the agent's own. */
export const PLAYS = {
  answers: { script: HELLO },
  reports: { script: () => [{ thinking: "Let me see." }, { text: "done" }, { usage: { input: 10, output: 5 } }] },
  fails: { script: () => [{ fail: "bad_request" }] },
  is_silent: { script: HANG, start: { turnSilenceMs: 1_500 } },
  is_mute: { script: HANG, start: { firstOutputMs: 1_500 } },
  hangs: { script: HANG, wrapper: `trap '' TERM INT; setsid sh -c "trap '' TERM; sleep 300" & "$@"; sleep 300` },
  chatters: { script: HELLO, wrapper: `echo 'Compiling 3 files …'; echo oops >&2; exec "$@"` },
  is_never_ready: { script: HELLO, command: ["sh", "-c", "sleep 300"], start: { startupMs: 500 } },
  is_missing: { script: HELLO, command: ["/no/such/agent"] },
} as const satisfies Partial<Record<AgentBehaviour, Play>>;

/** One command after the other, each another one. */
export function goesOn(shell: (command: string) => ModelStep): Play {
  return {
    script: ({ outcomes }) => [shell(`sleep 0.3; echo ${outcomes.length}`)],
    start: { turnTotalMs: 6_000 },
  };
}

/** Keeps its shell's end from ending a script, and the script from ending before it. */
export const EXITS_WITH_3 = `"$@"; exit 3`;

/** Calls `note` and `no_such` by the names under which the agent offers them. */
export function callsTools(prefix: string): Play {
  const calls = ["note", "no_such"].map((name) => [{ tool: `${prefix}${name}`, args: { text: "x" } }]);
  return { script: ({ outcomes }) => calls[outcomes.length] ?? [{ text: "done" }], start: { withUnknownTool: true } };
}

/** Ten thousand thoughts in one answer. */
export const THOUGHTS: Play = {
  script: () => [...Array.from({ length: 10_000 }, (_, at) => ({ thinking: `event ${at + 1}` })), { text: "." }],
};
