import { execFileSync } from "node:child_process";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { parseArgs } from "node:util";

/** What was measured: the commit, marked when files differ from it, other than the page that this is written to. */
export function commitOf(): string {
  const isChanged =
    git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)docs/benchmarks.md") !== "";
  return `${git("rev-parse", "--short=10", "HEAD")}${isChanged ? " with changes" : ""}`;
}

/** `--date`, else the day of the commit: the same sources give the same page. */
export function dateOf(): string {
  const { values } = parseArgs({ options: { date: { type: "string" } }, strict: false });
  return typeof values.date === "string" ? values.date : `${git("show", "-s", "--format=%cs", "HEAD")} (of the commit)`;
}

/** What the machine is, without its name. */
export function machineOf(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${platform()} ${release()} ${arch()}, ${cpus().length} × ${cpu?.model.trim() ?? "unknown"}, ${memory} GB, Node ${process.version}`;
}

/** How many processes wanted to run in the last minute, beside the cores there are. */
export function loadOf(): string {
  return `${(loadavg()[0] ?? 0).toFixed(1)} on ${cpus().length} cores`;
}

function git(...words: readonly string[]): string {
  return execFileSync("git", [...words], { cwd: import.meta.dirname, encoding: "utf8", timeout: 30_000 }).trim();
}
