import type { Runtime } from "../contracts/runtime.ts";
import { markerPrefix, type MarkerScope } from "../model/process-marker.ts";

/** Killing may race with a process that starts another one. */
const ROUNDS = 5;

/** Ends every process of a run, wherever it moved itself. Returns how many there were. Throws what the runtime throws. */
export async function endProcesses(runtime: Runtime, run: MarkerScope): Promise<number> {
  let ended = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const markers = await runtime.liveMarkers(markerPrefix(run));
    if (markers.length === 0) break;
    for (const marker of markers) ended += await runtime.killMarked(marker);
  }
  return ended;
}
