import type { Engine } from "./contracts/engine.ts";
import type { Forge } from "./contracts/forge.ts";
import type { SharedAccounts } from "./governance/index.ts";
import type { Orchestrator, OrchestratorParts } from "./orchestrator/index.ts";
import type { OpenRecord, Transcripts } from "./record/index.ts";

/** What a running service shows of itself. */
export interface HttpSources {
  readonly open: OpenRecord;
  readonly engine: Engine;
  readonly accounts: SharedAccounts;
  readonly workflows: OrchestratorParts["workflows"];
  readonly orchestrator: Orchestrator;
  readonly forge: () => Forge | null;
  /** Tracker and forge in force. */
  readonly outside: OrchestratorParts["outside"];
  readonly transcripts: Transcripts;
}
