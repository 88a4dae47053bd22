import { measureBare } from "./bare.ts";
import { memoryOfSession, SESSIONS } from "./agent-memory.ts";
import { ROUNDS, startOverheads } from "./agent-start.ts";
import { LINES, rateOfLines, SECRETS, STREAMS } from "./agent-stream.ts";
import type { Group, Measured } from "./report.ts";

/** What the host itself spends on agents. */
export async function measureAgents(): Promise<readonly Group[]> {
  const bare = await measureBare();
  const starts = (await startOverheads()).map(
    ({ agent, cpuMs }): Measured => ({
      ...{ what: `CPU of a session's start and end, ${agent}`, value: cpuMs, unit: "ms", target: "≤ 30 ms" },
    }),
  );
  const rates: Measured[] = [];
  for (const kind of STREAMS) {
    const value = await rateOfLines(kind);
    rates.push({ what: `lines to transcript and record, ${kind}`, value, unit: "lines/s", target: "≥ 20000 lines/s" });
  }
  const memory = await memoryOfSession();
  const how =
    `The CPU of this process for starting a session on the tool server and ending it, less that for spawning the same program alone, ${ROUNDS} rounds each; ` +
    `${LINES} lines of an agent through splitter, adapter, redaction of ${SECRETS} secrets, transcript and record, which gets one report a second; ` +
    `${SESSIONS} idle sessions of a small shell program, this process before and after.`;
  const idle: Measured = { what: "memory of an idle session", value: memory, unit: "MiB", target: "≤ 1 MiB" };
  return [{ title: "Agents", how, bare, rows: [...starts, ...rates, idle] }];
}
