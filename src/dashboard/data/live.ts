import { SseReader } from "./sse.ts";

/** How the page hears of what happens. */
export type Connection =
  | { readonly state: "connecting" | "open" | "refused" }
  /** `retryAt`: epoch milliseconds of the next try. */
  | { readonly state: "lost"; readonly retryAt: number };

/** What a live connection needs and tells. */
export interface LiveParts {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** The data of each `record` message. */
  readonly onRecord: (data: string) => void;
  /** The data of `hello`: the stream is open, also after it was lost. */
  readonly onHello: (data: string) => void;
  readonly onChange: (connection: Connection) => void;
  /** Between 0 and 1. */
  readonly random: () => number;
  readonly now: () => number;
}

/** A connection that mends itself. */
export interface Live {
  /** Tries at once instead of at the announced time. */
  retry(): void;
  close(): void;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** The service sends at least a comment every 15 seconds; three of them missing is a dead line. */
const SILENCE_MS = 45_000;

/**
 * Follows the service's event stream: resumes after the last event that came, tries again later each time, gives up only when the
 * service no longer knows this page (401); then `retry` begins anew.
 */
export function followEvents(parts: LiveParts): Live {
  const closing = new AbortController();
  let lastId: string | null = null;
  let failures = 0;
  let wake = (): void => undefined;

  const loop = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      if (failures === 0) parts.onChange({ state: "connecting" });
      const status = await readOnce(parts, lastId, closing.signal, (id) => {
        failures = 0;
        if (id !== null) lastId = id;
      });
      if (closing.signal.aborted) return;
      failures += 1;
      const isRefused = status === 401;
      const delay = isRefused ? null : delayAfter(failures, parts.random());
      parts.onChange(delay === null ? { state: "refused" } : { state: "lost", retryAt: parts.now() + delay });
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (delay !== null) setTimeout(resolve, delay);
        closing.signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  };
  void loop();
  return { retry: () => wake(), close: () => closing.abort() };
}

/** Doubles with each failure; up to a quarter less, so that many pages do not come back in one moment. */
export function delayAfter(failures: number, random: number): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
  return Math.round(delay * (1 - random / 4));
}

/** Reads until the stream ends, one way or the other. Returns the HTTP status, 0 when there was none. Never rejects. */
async function readOnce(
  parts: LiveParts,
  lastId: string | null,
  closing: AbortSignal,
  onMessage: (id: string | null) => void,
): Promise<number> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  let status = 0;
  try {
    heard();
    const response = await parts.fetch(parts.url, {
      headers: { Accept: "text/event-stream", ...(lastId === null ? {} : { "Last-Event-ID": lastId }) },
      signal: AbortSignal.any([closing, silence.signal]),
    });
    status = response.status;
    if (!response.ok || response.body === null) return status;
    const reader = new SseReader();
    const decoder = new TextDecoder();
    const body = response.body.getReader();
    for (let piece = await body.read(); !piece.done; piece = await body.read()) {
      heard();
      for (const { event, data, id } of reader.push(decoder.decode(piece.value, { stream: true }))) {
        onMessage(id);
        if (event === "hello") {
          parts.onChange({ state: "open" });
          parts.onHello(data);
        } else if (event === "record") parts.onRecord(data);
      }
    }
  } catch {
    // A line that broke is the usual end of a stream; the loop tries again.
  } finally {
    clearTimeout(timer);
  }
  return status;
}
