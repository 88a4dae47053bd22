import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { FinishedList } from "../data/desk.ts";
import { useDesk } from "../data/desk-context.ts";
import { useResource } from "../data/resource.ts";
import { Sign } from "../parts/icons.tsx";
import { useKeptFocus } from "../parts/kept-focus.ts";
import { Skeleton, Trouble } from "../parts/states.tsx";
import { Group, Nothing } from "./group.tsx";
import { FinishedRows } from "./rows.tsx";

/** How long the search waits for the next key, milliseconds. */
const TYPING_MS = 250;

/** What ended, newest first, a page at a time. `total`: how many there are without a search. */
export function Finished({ total }: { total: number }) {
  const [words, setWords] = useState("");
  const sought = useSettled(words.trim());
  const desk = useDesk();
  const list = desk.finished.at(sought);
  const { data: found, problem } = useResource(list);
  // What was found before stays until the next is here.
  const last = useRef<FinishedList | null>(null);
  if (found !== null) last.current = found;
  const data = found ?? last.current;
  const id = useId();
  return (
    <Group title="Finished" count={total}>
      {total > 0 && (
        <div class="search">
          <Sign name="search" />
          <label for={id} class="hidden-words">
            Search finished issues
          </label>
          <input
            id={id}
            type="search"
            placeholder="Search finished issues"
            data-search
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          <kbd>/</kbd>
        </div>
      )}
      {data === null && problem === null && total > 0 && <Skeleton rows={Math.min(total, 5)} />}
      {data === null && problem !== null && <Trouble problem={problem} onRetry={() => void list.reload()} />}
      {total === 0 && <Nothing>Nothing has finished yet.</Nothing>}
      {data !== null && total > 0 && data.rows.length === 0 && <Nothing>No finished issue fits “{sought}”.</Nothing>}
      {data !== null && data.rows.length > 0 && <FinishedRows rows={data.rows} />}
      <p class="hidden-words" role="status">
        {sought !== "" && found !== null && `${found.rows.length}${found.next === null ? "" : " or more"} found`}
      </p>
      {data !== null && data.next !== null && <More key={sought} onMore={() => desk.moreFinished(sought)} />}
    </Group>
  );
}

function More({ onMore }: { onMore: () => Promise<void> }) {
  const [isLoading, setLoading] = useState(false);
  const load = async (): Promise<void> => {
    setLoading(true);
    await onMore();
    setLoading(false);
  };
  return (
    <div {...useKeptFocus()}>
      <button
        type="button"
        class="button more"
        aria-disabled={isLoading}
        onClick={() => void (isLoading ? undefined : load())}
      >
        {isLoading ? "Loading …" : "Show more"}
      </button>
    </div>
  );
}

/** A value once it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
