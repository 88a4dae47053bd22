const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  formats.set(timeZone, made);
  return made;
}

/** The calendar day of an instant (epoch milliseconds) in a time zone, `2026-11-20`. Throws `RangeError` for a zone that nobody knows. */
export function dayOf(at: number, timeZone: string): string {
  const parts = formatOf(timeZone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
}

/** Longer than any day, milliseconds: clocks are put back by an hour, and by a little more here and there. */
const LONGEST_DAY_MS = 27 * 3_600_000;

/** The first instant of the day that follows the one of `at`, epoch milliseconds. */
export function nextDayAt(at: number, timeZone: string): number {
  const today = dayOf(at, timeZone);
  let [same, other] = [at, at + LONGEST_DAY_MS];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (dayOf(middle, timeZone) === today) same = middle;
    else other = middle;
  }
  return other;
}

/** The time zone of this machine. */
export function machineTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
