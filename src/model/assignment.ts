import type { Issue } from "./issue.ts";
import type { Answer } from "./question.ts";
import type { RunPurpose } from "./run.ts";
import type { TokenUsage } from "./usage.ts";

/** What a carrier of work is told: the payload of a `WorkSpec`, the same for all four kinds. */
export interface Assignment {
  readonly issue: Issue;
  readonly workflowHash: string;
  readonly workspaceKey: string;
  readonly purpose: RunPurpose;
  /** Symphony's template variable: `null` on the first run, else an integer from 1 (S-221). */
  readonly attempt: number | null;
  readonly branch: string | null;
  /** For `validate` and `land`: the head that is meant. */
  readonly headSha: string | null;
  readonly changeId: string | null;
  /** What review or CI asks for, in words, for a repair run. */
  readonly feedback: string | null;
  /** The session to resume, when the agent can. */
  readonly resume: string | null;
  /** Place of the rule that chose the agent; absent or `null`: the usual one. */
  readonly agentRule?: number | null;
  /** Place of the fallback that stands in for it, whose account is paused; absent or `null`: none does. */
  readonly agentFallback?: number | null;
  /** Account of the agent whose login is used; absent: the one with this machine's own. */
  readonly account?: string;
  /** What that session has used so far, as its runs told it. */
  readonly baseline?: TokenUsage | null;
  /** Why the run before broke off in the middle of its work. */
  readonly interrupted?: string | null;
  /** What earlier runs came to, in words, for a session that knows nothing of them. */
  readonly earlier?: string | null;
  /** What came of the question that the run before asked. */
  readonly answer?: Answer | null;
  /** What people said to the agent since the run before, in words. Absent: nothing. */
  readonly words?: string | null;
  /** What the agent recorded last of where the work stands, in words. Absent: nothing. */
  readonly checkpoint?: string | null;
  /** For `clean`: why, and whether the branch on the forge goes as well. */
  readonly deleteBranch: boolean;
  /** Keys of outbox rows that this work carries out. */
  readonly outbox: readonly string[];
}
