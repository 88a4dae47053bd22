/** An event. `data` is JSON. Instants are epoch milliseconds in all tables. */
export type EventRow = {
  workflow_id: string;
  seq: number;
  at: number;
  lane_id: string | null;
  run: number | null;
  run_seq: number | null;
  fence: number | null;
  version: number;
  type: string;
  data: string;
};

/** A lane: one document and what queries ask for. `open` is 1 until the lane is closed; `identifier` is what people call its issue. */
export type LaneRow = {
  workflow_id: string;
  id: string;
  issue_id: string;
  identifier: string | null;
  ordinal: number;
  open: number;
  closed_at: number | null;
  data: string;
};

/** A run as a document. */
export type RunRow = {
  workflow_id: string;
  lane_id: string;
  number: number;
  claimed_at: number;
  data: string;
};

/** A piece of evidence; `seq` is its event's. */
export type EvidenceRow = {
  workflow_id: string;
  seq: number;
  lane_id: string;
  data: string;
};

/** An outside write. `position` is the seq of its plan: rows are carried out in this order. */
export type OutboxTableRow = {
  workflow_id: string;
  key: string;
  lane_id: string;
  position: number;
  open: number;
  data: string;
};

/** A row of the ledger; `key` names it within its lane, `day` is the one that it is put down to. */
export type LedgerTableRow = {
  workflow_id: string;
  lane_id: string;
  key: string;
  day: string;
  data: string;
};

/** A command; inserted by anybody, answered by projection. `arguments` and `answer` are JSON. */
export type CommandRow = {
  workflow_id: string;
  id: string;
  position: number;
  actor: string;
  verb: string;
  arguments: string;
  asked_at: number;
  answer: string | null;
};

/** One document per workflow. */
export type DocumentRow = { workflow_id: string; data: string };

/** A fact about the store itself. */
export type MetaRow = { key: string; value: string };

/** The engine's queue: only what is queued, leased, or lost and not yet buried. Not a projection. `payload` is the whole `WorkSpec` as JSON. */
export type WorkRow = {
  workflow_id: string;
  id: string;
  lane_id: string;
  kind: string;
  machine: string;
  position: number;
  state: "queued" | "leased" | "lost";
  revoked: number;
  fence: number | null;
  holder: string | null;
  lease_ms: number | null;
  expires_at: number | null;
  payload: string;
};

/** All tables, by name. */
export interface Tables {
  events: EventRow;
  lanes: LaneRow;
  runs: RunRow;
  evidence: EvidenceRow;
  outbox: OutboxTableRow;
  ledger: LedgerTableRow;
  commands: CommandRow;
  totals: DocumentRow;
  service: DocumentRow;
  meta: MetaRow;
  work: WorkRow;
}
