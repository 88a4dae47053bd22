import { useId } from "preact/hooks";
import type { LaneDocument } from "../../model/documents/lane.ts";
import { navigate } from "../parts/navigation.tsx";
import { issuePath, type IssueTab } from "../route.ts";
import { sentenceCase } from "../words.ts";

/** Which run of a lane is looked at; nothing to choose while there is one. */
export function RunChoice({ lane, run, tab }: { lane: LaneDocument; run: number; tab: IssueTab }) {
  const id = useId();
  if (lane.run_rows.length < 2) return null;
  return (
    <span class="run-choice">
      <label for={id} class="hidden-words">
        Run
      </label>
      <select
        id={id}
        value={run}
        onChange={(event) => navigate(issuePath(lane.issue_identifier, tab, Number(event.currentTarget.value)))}
      >
        {lane.run_rows.map((row) => (
          <option key={row.run} value={row.run}>
            Run {row.run}, {sentenceCase(row.purpose).toLowerCase()}
          </option>
        ))}
      </select>
    </span>
  );
}
