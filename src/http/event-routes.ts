import { packagedDocument } from "./assets.ts";
import type { Call, Respond, Workings } from "./call.ts";
import { refusal } from "./errors.ts";
import { textReply } from "./reply.ts";

/** The stream of events, and the description of the API. */
export function eventRoutes({ parts, streams }: Workings) {
  return {
    events: async (call) => {
      if (call.request.method === "HEAD") return stream(null);
      const following = {
        after: startOf(call),
        lane: call.query.text("lane"),
        isValid: call.caller?.isValid ?? (() => true),
      };
      const body = await streams.open(following);
      if (body === "full") throw refusal("too_many_streams");
      if (body === "ended") throw refusal("unavailable");
      return stream(body);
    },
    openApi: async () => textReply(await packagedDocument(parts.openApi), "application/json; charset=utf-8"),
  } satisfies Record<string, Respond>;
}

function stream(body: ReadableStream<Uint8Array> | null): Response {
  const reply = textReply(null, "text/event-stream; charset=utf-8", 200, { "x-accel-buffering": "no" });
  return new Response(body, { status: 200, headers: reply.headers });
}

/** A browser that comes back names the last id that it saw; that is newer than what its address says. */
function startOf({ request, query }: Call): number | null {
  const last = request.headers.get("last-event-id");
  if (last === null || last === "") return query.number("after");
  if (/^\d{1,16}$/.test(last)) return Number(last);
  throw refusal("bad_query", "Last-Event-ID has to be a whole number.", "header/last-event-id");
}
