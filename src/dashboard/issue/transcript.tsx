import { useEffect, useRef, useState } from "preact/hooks";
import type { TranscriptLine } from "../../model/documents/event.ts";
import type { LaneDocument } from "../../model/documents/lane.ts";
import { useDesk } from "../data/desk-context.ts";
import { useResource } from "../data/resource.ts";
import { TimeOfDay } from "../parts/ago.tsx";
import { Skeleton, Trouble } from "../parts/states.tsx";
import { useEnd } from "../parts/window.ts";
import { countOf, sentenceCase } from "../words.ts";
import { RunChoice } from "./run-choice.tsx";

/** Lines at first; the ones before them come when somebody asks. */
const LINES = 400;
/** The prompt has a page of its own, and protocol lines are for those who look for them. */
const HIDDEN_AT_FIRST = ["prompt", "raw", "usage"];

/** What was said in a run, line by line. */
export function Transcript({ lane, run }: { lane: LaneDocument; run: number | null }) {
  const resource = useDesk().transcripts.at(`${lane.lane_id}/${run ?? 0}`);
  const { data, problem } = useResource(run === null ? null : resource);
  const isLive = lane.run_rows.some((row) => row.run === run && row.status === "running");
  return (
    <section aria-labelledby="transcript-title">
      <div class="part-head">
        <h2 id="transcript-title">Transcript</h2>
        {run !== null && <RunChoice lane={lane} run={run} tab="transcript" />}
      </div>
      {run === null && <p class="nothing">No run has begun yet.</p>}
      {run !== null && data === null && problem === null && <Skeleton rows={8} />}
      {data === null && problem?.code === "transcript_missing" && <p class="nothing">{problem.message}</p>}
      {data === null && problem !== null && problem.code !== "transcript_missing" && (
        <Trouble problem={problem} onRetry={() => void resource.reload()} />
      )}
      {data !== null && <Lines key={run} lines={data} isLive={isLive} />}
    </section>
  );
}

function Lines({ lines, isLive }: { lines: readonly TranscriptLine[]; isLive: boolean }) {
  const kinds = [...new Set(lines.map(({ kind }) => kind))];
  const [hidden, setHidden] = useState<readonly string[]>(HIDDEN_AT_FIRST);
  const [isFollowing, setFollowing] = useState(true);
  const wanted = lines.filter(({ kind }) => !hidden.includes(kind));
  const { shown, hidden: cut, showAll } = useEnd(wanted, LINES);
  const box = useFollow(isLive && isFollowing, shown.length);
  const toggle = (kind: string): void =>
    setHidden(hidden.includes(kind) ? hidden.filter((other) => other !== kind) : [...hidden, kind]);
  return (
    <>
      <div class="filters">
        {kinds.map((kind) => (
          <label key={kind} class={`filter${hidden.includes(kind) ? "" : " chosen"}`}>
            <input type="checkbox" checked={!hidden.includes(kind)} onChange={() => toggle(kind)} />
            {sentenceCase(kind)} <span class="count">{lines.filter((line) => line.kind === kind).length}</span>
          </label>
        ))}
        {isLive && (
          <label class="switch">
            <input type="checkbox" checked={isFollowing} onChange={() => setFollowing(!isFollowing)} />
            Follow
          </label>
        )}
      </div>
      {cut > 0 && (
        <button type="button" class="button more" onClick={showAll}>
          Show {countOf(cut, "earlier line")}
        </button>
      )}
      {wanted.length === 0 && (
        <p class="nothing">{isLive ? "Nothing has been said yet." : "No line of these kinds."}</p>
      )}
      <ol class="lines" ref={box}>
        {shown.map((line, index) => (
          <li key={cut + index} class={`said said-${line.kind}`}>
            <span class="said-kind">{sentenceCase(line.kind)}</span>
            <div class="said-text">{line.text}</div>
            <TimeOfDay at={line.at} />
          </li>
        ))}
      </ol>
    </>
  );
}

/** Keeps the end in view while lines come. Whoever scrolls up is left alone until they come back to the end. */
function useFollow(isFollowing: boolean, count: number) {
  const box = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const look = (): void => {
      const { scrollHeight, scrollTop, clientHeight } = document.documentElement;
      isAtEnd.current = scrollHeight - scrollTop - clientHeight < 120;
    };
    look();
    addEventListener("scroll", look, { passive: true });
    return () => removeEventListener("scroll", look);
  }, []);
  useEffect(() => {
    if (count > 0 && isFollowing && isAtEnd.current) box.current?.lastElementChild?.scrollIntoView({ block: "end" });
  }, [isFollowing, count]);
  return box;
}
