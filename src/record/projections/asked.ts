import type { StoredEvent } from "../../model/events/envelope.ts";
import type { EventOf } from "../../model/events/index.ts";
import type { Lane } from "../../model/lane.ts";

/** What people asked of a lane; `undefined` for every other event. */
export function applyAsked(lane: Lane, { event, at }: StoredEvent): Lane | undefined {
  switch (event.type) {
    case "lane_paused":
      return { ...lane, paused: { ...event.data, at } };
    case "lane_resumed":
      return { ...lane, paused: null };
    case "lane_steered": {
      const { author, text, told } = event.data;
      return told === null ? { ...lane, words: [...(lane.words ?? []), { author, text, at, run: null }] } : lane;
    }
    case "land_asked":
      return { ...lane, landOrder: { ...event.data, at } };
    case "lane_abandoned":
      return { ...lane, abandoned: { ...event.data, at } };
    default:
      return undefined;
  }
}

/** The words that wait, once a run begins that is told of them. */
export function wordsGiven({ words }: Lane, { data }: EventOf<"work_enqueued">): Pick<Lane, "words"> {
  if (words === undefined || data.kind !== "run") return {};
  return { words: words.map((said) => ({ ...said, run: data.run })) };
}

/** The words that are left once a run that was told of some has ended by itself. */
export function wordsHeard({ words }: Lane, { data }: EventOf<"work_closed">): Pick<Lane, "words"> {
  const isHeard = data.kind === "run" && (data.counts === "success" || data.counts === "idle");
  return words === undefined || !isHeard ? {} : { words: words.filter(({ run }) => run === null) };
}
