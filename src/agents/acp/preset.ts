import type { AgentProvider, SessionRequest } from "../../contracts/agent-provider.ts";
import type { FindLogin } from "./logins.ts";
import type { AcpOptions } from "./schema.ts";
import type { ReadTotals } from "./session.ts";

/** What an agent needs around it before it is started. */
export interface Prepared {
  /** Added to its arguments. */
  readonly args: readonly string[];
  /** Added to its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly readTotals: ReadTotals | null;
}

/** An agent that speaks ACP, with what is known about it. */
export interface Preset {
  readonly kind: string;
  /** `null`: the options have to name it. */
  readonly command: readonly string[] | null;
  /** Writes its state folder through the request's runtime. May throw the runtime's codes. */
  readonly prepare: (options: AcpOptions, request: SessionRequest) => Promise<Prepared>;
  /** What it leaves in a workspace. */
  readonly litter: readonly string[];
  /** Versions that this was tested with: `1.2.x`, or `any`. */
  readonly tested: string;
  readonly login: FindLogin;
  /** How a person logs in with its program. Absent: in a session of it, or by a key. */
  readonly loginCommand?: (program: string) => NonNullable<AgentProvider["login"]>;
}
