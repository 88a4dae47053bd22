import type { RecordViews } from "../../contracts/record.ts";
import type { Lane } from "../../model/lane.ts";

/** The lane that somebody means by a lane's id, an issue's identifier or an issue's id: of several lanes of an issue the newest. */
export async function findLane(views: RecordViews, wanted: string): Promise<Lane | null> {
  const named = await views.lane(wanted);
  if (named !== undefined) return named;
  const open = await views.openLanes();
  const isMeant = ({ issue }: Lane): boolean => issue.identifier === wanted || issue.id === wanted;
  const atWork = open.find(isMeant);
  if (atWork !== undefined) return atWork;
  const [newest] = await views.lanesOfIssue(wanted);
  return newest ?? null;
}
