import type { JsonObject } from "../base/json.ts";
import type { RecordTransaction } from "../contracts/record.ts";
import type { Command } from "../model/command.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Lane } from "../model/lane.ts";
import type { Reason } from "../model/verdict.ts";
import type { Board } from "./board.ts";
import type { OrchestratorParts } from "./ports.ts";

/** A command that is being carried out, in the transaction of its answer. */
export interface Writing {
  readonly parts: OrchestratorParts;
  readonly board: Board;
  readonly command: Command;
  readonly tx: RecordTransaction;
  /** The run whose session has taken what the person said, before this transaction; absent: none has. */
  readonly told?: number | null;
  /** What `recover` found, before this transaction. */
  readonly recovered?: Answered | null;
}

/** What a command is answered, and what has to be done once that is on record. */
export interface Answered extends Reason {
  readonly ok: boolean;
  readonly details?: JsonObject;
  readonly follow?: () => Promise<unknown>;
}

/** Who may say what about the open lane of the issue that a command names. */
export interface OnLane extends Writing {
  readonly lane: Lane;
  readonly facts: LaneFacts;
}

/** How people call the lane's issue. */
export function nameOf({ lane }: OnLane): string {
  return lane.issue.identifier;
}

/** What a command says under a name; `null`: nothing. */
export function textOf({ arguments: given }: Command, name: string): string | null {
  const value = given[name];
  return typeof value === "string" ? value : null;
}
