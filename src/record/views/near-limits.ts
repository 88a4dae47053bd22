import type { RecordViews } from "../../contracts/record.ts";
import { type BudgetMeeting, budgetWords } from "../../model/budget.ts";
import type { NearLimitRow } from "../../model/documents/status.ts";
import type { StoredEvent } from "../../model/events/envelope.ts";
import type { Lane } from "../../model/lane.ts";
import { instant, issueFields } from "./fields.ts";

/** Newest meetings that are looked through: a run meets each limit twice at most. */
const MEETINGS = 500;

/**
 * The limits that runs came near to or reached, while these runs go on; what an ended one has met is told by its reason. A limit of the
 * workflow as a whole never goes back, so it stays shown.
 */
export async function nearLimits(views: RecordViews, lanes: readonly Lane[]): Promise<NearLimitRow[]> {
  const met = await views.events({ types: ["budget_met"], limit: MEETINGS, newestFirst: true });
  const shown = new Map<string, NearLimitRow>();
  for (const stored of met) {
    if (stored.event.type !== "budget_met") continue;
    const { data } = stored.event;
    const lane = lanes.find(({ id, work }) => id === stored.laneId && work !== null && work.run === stored.run);
    const isShared = data.scope === "day" || data.scope === "workflow";
    if (lane === undefined && data.scope !== "workflow") continue;
    const key = isShared ? `${data.scope} ${data.count}` : `${stored.laneId} ${data.scope} ${data.count}`;
    if (!shown.has(key)) shown.set(key, rowOf(stored, data, isShared ? undefined : lane));
  }
  return [...shown.values()];
}

function rowOf(stored: StoredEvent, data: BudgetMeeting, lane: Lane | undefined): NearLimitRow {
  const { scope, count, used, limit, level } = data;
  const { issue_id = null, issue_identifier = null } = lane === undefined ? {} : issueFields(lane.issue);
  const sentence = `${level === "reached" ? "Used up" : "Nearly used up"}: ${budgetWords(data)}.`;
  return { issue_id, issue_identifier, scope, count, used, limit, level, at: instant(stored.at), sentence };
}
