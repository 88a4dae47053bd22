import type { MaestroError } from "../base/errors.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { AgentProviderKind } from "../contracts/agent-provider.ts";
import type { ForgeProvider } from "../contracts/forge.ts";
import type { PluginParts } from "../contracts/plugin-parts.ts";
import type { Registry } from "../contracts/registry.ts";
import type { RuntimeProvider } from "../contracts/runtime.ts";
import type { Tool } from "../contracts/tool.ts";
import type { TrackerProvider } from "../contracts/tracker.ts";
import type { Workflow } from "../model/workflow.ts";

/** The kinds that a workflow file may name. Each adapter checks its own options. */
export interface WorkflowKinds {
  readonly trackers: Registry<TrackerProvider>;
  readonly forges: Registry<ForgeProvider>;
  readonly agents: Registry<AgentProviderKind>;
  /** Where agents can run, e.g. `local`. */
  readonly placements: Registry<RuntimeProvider>;
  /** Tools beyond the built-in ones, which plugins bring. */
  readonly tools: Registry<Tool>;
  /** What plugins bring beside kinds. Absent: no plugin is in use. */
  readonly parts?: PluginParts;
}

/** What a workflow file is loaded with. */
export interface WorkflowInput {
  /** Of the file; a relative one starts at the current folder. */
  readonly path: string;
  readonly kinds: WorkflowKinds;
  /** Only explicit `$NAME` references are looked up in it (S-071). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `MAESTRO_HOME`, absolute. */
  readonly home: string;
  /** The project's folder; default the file's. Given with `--template`, whose project is the current folder. */
  readonly directory?: string;
  /** The workflow's id, when it is not that of the path: a composed template is told by its alias. */
  readonly id?: string;
  /** Learns every secret that is read. */
  readonly secrets?: SecretRegistry;
  /** The secret behind `credential://<provider>/<id or *>`. Absent: there is none. Throws `credential_missing` and the codes of the store. */
  readonly credentials?: (reference: string) => Promise<string>;
}

/** A reload that was taken, or why it was not. */
export type WorkflowChange = { readonly workflow: Workflow } | { readonly error: MaestroError };

/** What following a workflow file needs beyond loading it. */
export interface WatchInput extends WorkflowInput {
  readonly log: Log;
  readonly clock: Clock;
  /** Called after each reload that changed something; must not throw. */
  readonly onChange: (change: WorkflowChange) => void;
}
