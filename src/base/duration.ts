const DURATION_UNITS = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3_600 },
  { name: "m", seconds: 60 },
  { name: "s", seconds: 1 },
];

/** Milliseconds for people: `850ms`, `12s`, `1m 5s`, `2h`, `3d 4h`. The two largest units, rounded down; "-" before a negative one. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return ms > 0 ? "forever" : "unknown";
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1000) return `${Math.floor(ms)}ms`;
  let left = Math.floor(ms / 1000);
  const parts: string[] = [];
  let first: number | undefined;
  for (const [at, unit] of DURATION_UNITS.entries()) {
    const count = Math.floor(left / unit.seconds);
    left -= count * unit.seconds;
    if (count === 0 || (first !== undefined && at > first + 1)) continue;
    first ??= at;
    parts.push(`${count}${unit.name}`);
  }
  return parts.join(" ");
}

const BYTE_UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/** Bytes for people: `512 B`, `1.5 KiB`, `8 MiB`. At most one decimal. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${Math.max(0, Math.floor(bytes))} B`;
  let value = bytes;
  let name = "B";
  for (const unit of BYTE_UNITS) {
    if (value < 1024) break;
    value /= 1024;
    name = unit;
  }
  return `${Math.floor(value * 10) / 10} ${name}`;
}
