import { useState } from "preact/hooks";
import type { EventDocument } from "../../model/documents/event.ts";
import type { LaneDocument } from "../../model/documents/lane.ts";
import { useDesk } from "../data/desk-context.ts";
import { useResource } from "../data/resource.ts";
import { TimeOfDay } from "../parts/ago.tsx";
import { Choice } from "../parts/choice.tsx";
import { ToneIcon } from "../parts/icons.tsx";
import { Plain, Prose } from "../parts/plain.tsx";
import { Skeleton, Trouble } from "../parts/states.tsx";
import { useEnd } from "../parts/window.ts";
import { countOf } from "../words.ts";
import { eventTone } from "./event-tone.ts";

/** Rows at first; the ones before them come when somebody asks. */
const ROWS = 250;

const DEPTHS = [
  ["milestone", "Milestones"],
  ["step", "Steps"],
  ["detail", "Everything"],
] as const;
type Depth = (typeof DEPTHS)[number][0];
const SHOWN: Readonly<Record<Depth, readonly string[]>> = {
  milestone: ["milestone"],
  step: ["milestone", "step"],
  detail: ["milestone", "step", "detail"],
};

/** What happened to an issue, oldest first: what is new comes below and moves nothing. */
export function Timeline({ lane }: { lane: LaneDocument }) {
  const resource = useDesk().timelines.at(lane.lane_id);
  const { data, problem } = useResource(resource);
  const [depth, setDepth] = useState<Depth>(lane.work === null ? "milestone" : "step");
  const events = (data ?? []).filter((event) => SHOWN[depth].includes(event.weight));
  const { shown, hidden, showAll } = useEnd(events, ROWS);
  if (data === null && problem !== null) return <Trouble problem={problem} onRetry={() => void resource.reload()} />;
  if (data === null) return <Skeleton rows={8} />;
  return (
    <section aria-labelledby="timeline-title">
      <Description text={lane.description} />
      <div class="part-head">
        <h2 id="timeline-title">Timeline</h2>
        <Choice name="How much is shown" options={DEPTHS} value={depth} onChange={setDepth} />
      </div>
      {hidden > 0 && (
        <button type="button" class="button more" onClick={showAll}>
          Show {countOf(hidden, "earlier event")}
        </button>
      )}
      <ol class="timeline">
        {shown.map((event) => (
          <TimelineEvent key={event.seq} event={event} />
        ))}
      </ol>
      {events.length === 0 && <p class="nothing">Nothing to show at this depth.</p>}
    </section>
  );
}

/** What was asked for comes before what was done about it. */
function Description({ text }: { text: string | null }) {
  if (text === null || text.trim() === "") return null;
  return (
    <div class="description">
      <Prose text={text.trim()} />
    </div>
  );
}

function TimelineEvent({ event }: { event: EventDocument }) {
  const [isOpen, setOpen] = useState(false);
  const tone = eventTone(event);
  const hasMore = Object.keys(event.data).length > 0;
  return (
    <li class={`event event-${event.weight}`}>
      {tone === "waiting" ? <span class="dot" aria-hidden="true" /> : <ToneIcon tone={tone} />}
      {hasMore ? (
        <details class="event-body" onToggle={(toggled) => setOpen(toggled.currentTarget.open)}>
          <summary class="event-message">
            <Plain text={event.message} />
          </summary>
          {isOpen && (
            <pre class="event-data">
              {event.type} · event {event.seq}
              {"\n"}
              {JSON.stringify(event.data, null, 2)}
            </pre>
          )}
        </details>
      ) : (
        <p class="event-body event-message">
          <Plain text={event.message} />
        </p>
      )}
      <TimeOfDay at={Date.parse(event.at)} />
    </li>
  );
}
