import { createCell, useCell } from "../data/cell.ts";
import { duration, relative } from "../instant.ts";

/** One clock for the whole page, so that all times change together. */
const clock = createCell(Date.now());
setInterval(() => clock.set(Date.now()), 1_000);

/** The present instant, epoch milliseconds; changes each second. */
export function useNow(): number {
  return useCell(clock);
}

/** An instant as people say it, with the exact one in its title. `at`: ISO 8601. */
export function Ago({ at }: { at: string }) {
  const now = useNow();
  const instant = Date.parse(at);
  return (
    <time class="ago" dateTime={at} title={absolute(instant)}>
      {relative(instant, now)}
    </time>
  );
}

/** How long something has been going on, in whole seconds. `since`: ISO 8601. */
export function Since({ since }: { since: string }) {
  const now = useNow();
  const start = Date.parse(since);
  return (
    <time class="ago" dateTime={since} title={`since ${absolute(start)}`}>
      {duration(Math.max(0, Math.floor((now - start) / 1_000) * 1_000)).replace("0 ms", "0 s")}
    </time>
  );
}

/** The time of day, for lists in which each row is later than the one before. */
export function TimeOfDay({ at }: { at: number }) {
  const date = new Date(at);
  return (
    <time class="time-of-day" dateTime={date.toISOString()} title={absolute(at)}>
      {date.toLocaleTimeString("en-GB")}
    </time>
  );
}

/** Day, time and zone. */
export function absolute(at: number): string {
  return new Date(at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "long" });
}
