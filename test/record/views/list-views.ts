import type { RecordTotals, RecordViews } from "../../../src/contracts/record.ts";
import type { StoredEvent } from "../../../src/model/events/envelope.ts";
import type { ServiceMode } from "../../../src/model/events/service.ts";
import { isOpen, type Lane, type Run } from "../../../src/model/lane.ts";
import type { LedgerRow } from "../../../src/model/spending.ts";

export interface Listed {
  readonly lanes?: readonly Lane[];
  readonly runs?: readonly Run[];
  readonly events?: readonly StoredEvent[];
  readonly totals?: Partial<RecordTotals>;
  readonly mode?: ServiceMode;
  readonly ledger?: readonly LedgerRow[];
}

const NOTHING: RecordTotals = {
  lanes: 0,
  closedLanes: 0,
  runs: 0,
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  runMs: 0,
};

/** The views of a record that is nothing but lists. */
export function listViews({
  lanes = [],
  runs = [],
  events = [],
  totals = {},
  mode = "running",
  ledger = [],
}: Listed): RecordViews {
  const newest = [...runs].sort((a, b) => b.claimedAt - a.claimedAt);
  return {
    lane: async (id) => lanes.find((lane) => lane.id === id),
    openLanes: async () => lanes.filter(isOpen),
    present: async () => ({
      lanes: lanes.filter(isOpen),
      runs: runs.filter(({ laneId, number }) => lanes.some(({ id, work }) => id === laneId && work?.run === number)),
      totals: { ...NOTHING, ...totals },
      mode,
      lastSeq: events.length,
    }),
    lanesOfIssue: async (id) => lanes.filter((lane) => lane.issue.id === id).sort((a, b) => b.ordinal - a.ordinal),
    laneNamed: async (name) =>
      lanes.filter(({ issue }) => issue.identifier === name).sort((a, b) => b.ordinal - a.ordinal)[0],
    closedLanes: async (limit) => lanes.filter((lane) => !isOpen(lane)).slice(0, limit),
    run: async (laneId, number) => runs.find((run) => run.laneId === laneId && run.number === number),
    runsOfLane: async (laneId) => runs.filter((run) => run.laneId === laneId),
    recentRuns: async (limit) => newest.slice(0, limit),
    evidence: async () => [],
    openOutbox: async () => [],
    openCommands: async () => [],
    command: async () => undefined,
    events: async ({ types, limit, newestFirst }) => {
      const found = events.filter(({ event }) => types === undefined || types.includes(event.type));
      return (newestFirst ? found.toReversed() : found).slice(0, limit);
    },
    totals: async () => ({ ...NOTHING, ...totals }),
    mode: async () => mode,
    lastSeq: async () => events.length,
    ledger: async ({ since = "", until = "9999" } = {}) => ledger.filter(({ day }) => day >= since && day <= until),
  };
}
