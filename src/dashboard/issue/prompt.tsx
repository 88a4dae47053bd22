import type { LaneDocument } from "../../model/documents/lane.ts";
import { useDesk } from "../data/desk-context.ts";
import { useResource } from "../data/resource.ts";
import { Skeleton, Trouble } from "../parts/states.tsx";
import { tell } from "../parts/toasts.tsx";
import { RunChoice } from "./run-choice.tsx";

/** What the agent was told when a run began. */
export function Prompt({ lane, run }: { lane: LaneDocument; run: number | null }) {
  const resource = useDesk().prompts.at(`${lane.lane_id}/${run ?? 0}`);
  const { data, problem } = useResource(run === null ? null : resource);
  return (
    <section aria-labelledby="prompt-title">
      <div class="part-head">
        <h2 id="prompt-title">Prompt</h2>
        {run !== null && <RunChoice lane={lane} run={run} tab="prompt" />}
        {data !== null && (
          <button type="button" class="button" onClick={() => void copy(data.prompt)}>
            Copy
          </button>
        )}
      </div>
      {run === null && <p class="nothing">No run has begun yet.</p>}
      {run !== null && data === null && problem === null && <Skeleton rows={8} />}
      {data === null && problem !== null && isMissing(problem.code) && <p class="nothing">{problem.message}</p>}
      {data === null && problem !== null && !isMissing(problem.code) && (
        <Trouble problem={problem} onRetry={() => void resource.reload()} />
      )}
      {data !== null && <pre class="prose">{data.prompt}</pre>}
    </section>
  );
}

function isMissing(code: string): boolean {
  return code === "no_prompt" || code === "transcript_missing";
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(true, "The prompt is copied.");
  } catch {
    // A page without HTTPS on another host has no clipboard.
    tell(false, "This browser does not let the page copy. Select the text instead.");
  }
}
