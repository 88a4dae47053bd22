import { withDeadline } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { isMaestroError } from "../../base/errors.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { GithubClient } from "../../github/index.ts";
import { validateCheckRunAnswer } from "./schema.gen.ts";

/** How long a log may take to arrive, milliseconds. */
const LOG_MS = 20_000;

/** Which check's log is wanted. */
export interface WantedLog {
  readonly headSha: string;
  readonly check: string;
  readonly maxBytes: number;
}

/** The end of a check's log: of the job in GitHub Actions, else what its App wrote into the check; `null` when there is neither. */
export async function readCheckLog(
  client: GithubClient,
  clock: Clock,
  { headSha, check, maxBytes }: WantedLog,
  options: CallOptions,
): Promise<string | null> {
  const route = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
  const found = await client.list(route, { ref: headSha, check_name: check, filter: "latest" }, options, "check_runs");
  const run = found.find((one) => validateCheckRunAnswer(one));
  if (run === undefined) return null;
  const log = await jobLog(client, clock, run.id, maxBytes, options);
  if (log !== null) return log;
  const { title, summary, text } = run.output;
  const said = [title, summary, text].filter((part) => part != null && part.trim() !== "").join("\n\n");
  return said === "" ? null : tail(Buffer.from(said), maxBytes);
}

/** A job of GitHub Actions has the number of its check; checks of other Apps have no log. */
async function jobLog(
  client: GithubClient,
  clock: Clock,
  id: number,
  maxBytes: number,
  options: CallOptions,
): Promise<string | null> {
  try {
    const body = await client.stream("GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs", { job_id: id }, options);
    if (!(body instanceof ReadableStream)) return null;
    return await withDeadline(clock, LOG_MS, options.signal, (signal) => readEnd(body, maxBytes, signal));
  } catch (error) {
    // Logs are deleted after a while, and some tokens may not see them.
    if (isMaestroError(error) && /^forge_(?:not_found|auth)$/.test(error.code)) return null;
    throw error;
  }
}

/** The last bytes of a text that may be long. */
export async function readEnd(body: ReadableStream<unknown>, maxBytes: number, signal: AbortSignal): Promise<string> {
  const reader = body.getReader();
  const stop = (): void => {
    reader.cancel().catch(() => undefined);
  };
  signal.addEventListener("abort", stop, { once: true });
  let kept = Buffer.alloc(0);
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (part.value instanceof Uint8Array) kept = Buffer.concat([kept, part.value]).subarray(-maxBytes);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return tail(kept, maxBytes);
}

/** The end of a text in at most so many bytes, without half a character. */
function tail(text: Buffer, maxBytes: number): string {
  let from = Math.max(0, text.length - maxBytes);
  while (from < text.length && ((text[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return text.subarray(from).toString("utf8");
}
