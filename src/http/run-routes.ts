import type { Page, PromptDocument } from "../model/documents/api.ts";
import type { TranscriptLine } from "../model/documents/event.ts";
import type { RunDocument } from "../model/documents/lane.ts";
import type { Call, Respond, Workings } from "./call.ts";
import { param } from "./call.ts";
import { cursorOf, DEFAULT_LIMIT, offsetOf, placeOf } from "./cursor.ts";
import { refusal } from "./errors.ts";
import type { HttpParts } from "./parts.ts";
import { jsonReply } from "./reply.ts";
import { validateKeptLine } from "./schema.gen.ts";

/** Runs with what was said in them. */
export function runRoutes(workings: Workings) {
  const { parts } = workings;
  const { reading, secrets } = parts;
  return {
    runs: async ({ query }) => {
      const limit = query.number("limit") ?? DEFAULT_LIMIT;
      const place = placeOf(query.text("cursor"));
      const { rows, next } = await reading.runs(limit, "behind" in place ? place.behind : null);
      const page: Page<RunDocument> = {
        version: 1,
        items: rows,
        next: next === null ? null : cursorOf({ behind: next }),
      };
      return jsonReply(secrets, page);
    },
    run: async (call) => jsonReply(secrets, { version: 1, ...(await runOf(parts, call)) }),
    transcript: async (call) => jsonReply(secrets, await transcriptPage(workings, call)),
    prompt: async (call) => jsonReply(secrets, await promptOf(parts, call)),
  } satisfies Record<string, Respond>;
}

async function runOf({ reading }: HttpParts, call: Call): Promise<RunDocument> {
  const [lane, number] = [param(call, "lane"), param(call, "run")];
  const run = /^\d{1,9}$/.test(number) ? await reading.run(lane, Number(number)) : null;
  if (run === null) throw refusal("run_not_found", `There is no run ${number} of "${lane}".`);
  return run;
}

async function transcriptPage({ parts, transcripts }: Workings, call: Call): Promise<Page<TranscriptLine>> {
  const { query } = call;
  const { lane_id: lane, run } = await runOf(parts, call);
  const limit = query.number("limit") ?? DEFAULT_LIMIT;
  const cursor = query.text("cursor");
  const after = cursor === null ? (query.number("after") ?? 0) : offsetOf(cursor);
  const { lines, next } = await transcripts.page({ lane, run, after, limit });
  return { version: 1, items: lines.map(lineOf), next: next === null ? null : cursorOf({ offset: next }) };
}

async function promptOf(parts: HttpParts, call: Call): Promise<PromptDocument> {
  const run = await runOf(parts, call);
  for await (const text of parts.reading.transcript(run.lane_id, run.run)) {
    if (call.late.signal.aborted) break;
    const line = lineOf(text);
    if (line.kind !== "prompt") continue;
    return {
      version: 1,
      lane_id: run.lane_id,
      run: run.run,
      at: new Date(line.at).toISOString(),
      prompt: line.text,
    };
  }
  throw refusal("no_prompt");
}

/** A line that is damaged is shown as it is. */
function lineOf(text: string): TranscriptLine {
  try {
    const line: unknown = JSON.parse(text);
    if (validateKeptLine(line)) return { at: line.at, kind: line.kind, text: line.text };
  } catch {
    // Told below.
  }
  return { at: 0, kind: "damaged", text };
}
