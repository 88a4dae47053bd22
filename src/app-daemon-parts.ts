import type { Clock } from "./base/clock.ts";
import type { WrittenLog } from "./base/log-writer.ts";
import type { Random } from "./base/random.ts";
import type { SecretRegistry } from "./base/redact.ts";
import type { LocatedProject } from "./app-project.ts";
import type { ServiceOptions, Terminal } from "./cli/app.ts";
import type { LogSettings } from "./model/log-settings.ts";
import type { WorkflowKinds } from "./workflow/index.ts";

/** What a service is composed from. */
export interface DaemonParts {
  readonly project: LocatedProject;
  readonly options: ServiceOptions;
  readonly kinds: WorkflowKinds;
  readonly terminal: Terminal;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly secrets: SecretRegistry;
  readonly log: WrittenLog;
  readonly logFile: string | null;
  /** What the log was opened with. */
  readonly logSettings: LogSettings;
  /** MAESTRO_HOME. */
  readonly home: string;
  /** What `credential://<provider>/*` was resolved to in this process, by provider. */
  readonly chosenCredentials: Map<string, string>;
}
