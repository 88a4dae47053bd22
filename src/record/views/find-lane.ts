import type { RecordViews } from "../../contracts/record.ts";
import type { Lane } from "../../model/lane.ts";

/** The lane that somebody means by a lane's id, an issue's identifier or an issue's id: of several lanes of an issue the newest. */
export async function findLane(views: RecordViews, wanted: string): Promise<Lane | null> {
  const named = await views.lane(wanted);
  if (named !== undefined) return named;
  const [newest] = await views.lanesOfIssue(wanted);
  return (await views.laneNamed(wanted)) ?? newest ?? null;
}
