import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a process has used so far. Its children are not counted. */
export interface Used {
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** Reads what the system says about a process; Linux says it in /proc, others through `ps` and only in whole seconds. */
export function usedBy(pid: number): Used {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

/** Clock ticks are hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10;

function fromProc(pid: number): Used {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const rssKb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS, rssMb: rssKb / 1024 };
}

function fromPs(pid: number): Used {
  const [cpu = "", rss = ""] = execFileSync("ps", ["-o", "cputime=,rss=", "-p", String(pid)], { encoding: "utf8" })
    .trim()
    .split(/\s+/);
  const seconds = cpu.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return { cpuMs: seconds * 1000, rssMb: Number(rss) / 1024 };
}
