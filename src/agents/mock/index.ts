import type { AgentProviderKind } from "../../contracts/agent-provider.ts";

/** The mock agent. `node` is the Node binary that runs its built-in program. */
export declare function createMockAgent(parts: {
  readonly node: string;
  /** Arguments that start the built-in program; default: the compiled file beside this one. */
  readonly program?: readonly string[];
}): AgentProviderKind;
