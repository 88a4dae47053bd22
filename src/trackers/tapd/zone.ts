// TAPD writes instants as `2026-09-01 08:00:00` and does not say in which zone.

const INSTANT = /^\s*(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})\s*$/;

/** Whether there is a zone of this name. */
export function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    // That it throws is how the platform says no.
    return false;
  }
}

/** An instant of TAPD's as epoch milliseconds; `null` when it is none. Of an hour that happens twice, the first. */
export function readInstant(text: string | null | undefined, zone: string): number | null {
  const parts = INSTANT.exec(text ?? "")
    ?.slice(1)
    .map(Number);
  if (parts === undefined) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  if (Number.isNaN(wall) || new Date(wall).getUTCDate() !== day) return null;
  // The offset is that of the instant, which is known only with the offset; a day before holds the one before a change.
  const early = wall - offsetAt(wall - 86_400_000, zone);
  return offsetAt(early, zone) === wall - early ? early : wall - offsetAt(early, zone);
}

/** How far the zone's clocks are ahead of UTC, milliseconds. */
function offsetAt(at: number, zone: string): number {
  const format = formatOf(zone);
  const read = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = read;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Kept: making one takes longer than a hundred uses. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const numbers = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", ...numbers, second: "numeric" });
  formats.set(zone, format);
  return format;
}
