import type { Clock } from "../base/clock.ts";
import type { MaestroError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { AgentProviderKind } from "../contracts/agent-provider.ts";
import type { ForgeProvider } from "../contracts/forge.ts";
import type { Registry } from "../contracts/registry.ts";
import type { ToolDescriptor } from "../contracts/tool.ts";
import type { TrackerProvider } from "../contracts/tracker.ts";
import type { Issue } from "../model/issue.ts";
import type { RunPurpose } from "../model/run.ts";
import type { Workflow } from "../model/workflow.ts";

/** The kinds that a workflow file may name. */
export interface WorkflowKinds {
  readonly trackers: Registry<TrackerProvider>;
  readonly forges: Registry<ForgeProvider>;
  readonly agents: Registry<AgentProviderKind>;
  readonly placements: readonly string[];
}

/** What a workflow file is loaded with. */
export interface WorkflowInput {
  readonly path: string;
  readonly kinds: WorkflowKinds;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** MAESTRO_HOME, absolute. */
  readonly home: string;
  /** The project's folder; default the file's. Given with `--template`, whose project is the current folder. */
  readonly directory?: string;
  /** Learns the secrets that are read. */
  readonly secrets?: SecretRegistry;
}

/** What `watchWorkflow` needs beyond loading. */
export interface WatchInput extends WorkflowInput {
  readonly log: Log;
  readonly clock: Clock;
  readonly onChange: (change: WorkflowChange) => void;
}

/** A reload that was accepted, or refused. */
export type WorkflowChange = { readonly workflow: Workflow } | { readonly error: MaestroError };

/** A workflow file that is followed. */
export interface WorkflowSource {
  current(): Workflow;
  problem(): MaestroError | null;
  byHash(hash: string): Workflow | undefined;
  recheck(): Promise<void>;
  close(): Promise<void>;
}

/** What a prompt is made from. */
export interface PromptInput {
  readonly issue: Issue;
  readonly attempt: number | null;
  readonly retryKind: string | null;
  readonly feedback: string | null;
  readonly lane: { readonly branch: string | null; readonly workspace?: string };
  readonly tools: readonly Pick<ToolDescriptor, "name" | "description">[];
  readonly run: { readonly number: number; readonly purpose: RunPurpose };
}

export declare function loadWorkflow(input: WorkflowInput): Promise<Workflow>;
export declare function watchWorkflow(input: WatchInput): Promise<WorkflowSource>;
export declare function renderPrompt(workflow: Workflow, input: PromptInput): string;
export declare function renderContinuation(
  workflow: Workflow,
  turn: { readonly turn: number; readonly maxTurns: number },
): string;
export declare function resolveTemplate(alias: string): Promise<string>;
export declare function listTemplates(): Promise<readonly string[]>;
export declare function workflowIdOf(path: string, directory?: string): string;
export declare function stateDirectoryOf(home: string, id: string): string;
