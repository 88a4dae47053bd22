import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { StoredEvent } from "../model/events/envelope.ts";
import { type Metric, metricsText, type Sample } from "./metrics-text.ts";
import type { HttpParts } from "./parts.ts";
import type { StateCache } from "./state-cache.ts";

/** How finely the event loop is looked at, milliseconds: an idle service must stay idle. */
const LAG_RESOLUTION_MS = 50;

/** What is measured with. */
export interface MetricParts {
  readonly parts: HttpParts;
  readonly states: StateCache;
  /** Clients that follow the events. */
  readonly streams: () => number;
}

/** Figures for Prometheus: what is, read when somebody asks; what happened, counted since the process began. */
export class Metrics {
  readonly #parts: MetricParts;
  readonly #requests = new Map<string, { route: string; method: string; status: number; count: number; ms: number }>();
  readonly #runs = new Map<string, number>();
  readonly #unsubscribe: () => void;
  #lag: IntervalHistogram | null = null;

  constructor(parts: MetricParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.parts.reading.subscribe((events) => this.#count(events));
  }

  /** A request was answered. */
  answered(route: string, method: string, status: number, ms: number): void {
    const key = `${route} ${method} ${status}`;
    const kept = this.#requests.get(key) ?? { route, method, status, count: 0, ms: 0 };
    kept.count += 1;
    kept.ms += ms;
    this.#requests.set(key, kept);
  }

  /** The exposition. Rejects with what reading the record rejects with. */
  async text(): Promise<string> {
    const { parts } = this.#parts;
    return parts.secrets.redact(
      metricsText([
        ...(await this.#work()),
        ...(await this.#store()),
        ...this.#polls(),
        ...this.#server(),
        ...this.#process(),
      ]),
    );
  }

  /** Stops counting. */
  close(): void {
    this.#unsubscribe();
    this.#lag?.disable();
  }

  #count(events: readonly StoredEvent[]): void {
    for (const { event } of events) {
      if (event.type !== "work_settled" || event.data.kind !== "run") continue;
      const { status } = event.data.outcome;
      this.#runs.set(status, (this.#runs.get(status) ?? 0) + 1);
    }
  }

  async #work(): Promise<Metric[]> {
    const { document } = await this.#parts.states.get();
    const { counts, codex_totals: totals } = document;
    const lanes = await this.#parts.parts.reading.openLanes();
    const stages = new Map<string, number>();
    for (const { stage } of lanes) stages.set(stage, (stages.get(stage) ?? 0) + 1);
    const ended = [...this.#runs].map(([status, value]) => ({ labels: { status }, value }));
    return [
      gauge("maestro_running", "Pieces of work that are queued or under way.", counts.running),
      gauge("maestro_retrying", "Lanes with a start that is due later.", counts.retrying),
      gauge("maestro_parked", "Lanes that wait for a person.", counts.parked),
      gauge("maestro_review", "Lanes in review.", counts.review),
      gauge(
        "maestro_candidates",
        "Issues that wait for a lane.",
        document.waiting.filter((row) => row.lane_id === null).length,
      ),
      gauge("maestro_queue", "Pieces of work that no worker has taken.", await this.#parts.parts.health.queued()),
      gauges(
        "maestro_lanes",
        "Open lanes by stage.",
        [...stages].map(([stage, value]) => ({ labels: { stage }, value })),
      ),
      counters("maestro_runs_ended_total", "Runs that ended since the process began, by status.", ended),
      counters("maestro_tokens_total", "Tokens of all runs on record, by direction.", [
        { labels: { direction: "input" }, value: totals.input_tokens },
        { labels: { direction: "output" }, value: totals.output_tokens },
      ]),
      counter("maestro_run_seconds_total", "Seconds that agents ran, with those that run now.", totals.seconds_running),
      gauges("maestro_mode", "1 for the mode of the service.", [{ labels: { mode: document.service.mode }, value: 1 }]),
    ];
  }

  async #store(): Promise<Metric[]> {
    const { health } = this.#parts.parts;
    const { open, unknown } = await health.outbox();
    const { lanes, runs, events } = await health.totals();
    return [
      gauges("maestro_outbox", "Outside writes that have not ended; `unknown`: their answer was lost.", [
        { labels: { state: "open" }, value: open },
        { labels: { state: "unknown" }, value: unknown },
      ]),
      counter("maestro_lanes_total", "Lanes on record.", lanes),
      counter("maestro_runs_total", "Runs on record.", runs),
      counter("maestro_events_total", "Seq of the newest event on record.", events),
    ];
  }

  #polls(): Metric[] {
    const { health, clock } = this.#parts.parts;
    const { count, failures, lastGoodAt, lastMs } = health.polls();
    const now = clock.now();
    return [
      counter("maestro_polls_total", "Polls since the process began.", count),
      counter("maestro_poll_failures_total", "Polls that could not tell the candidates.", failures),
      gauge("maestro_poll_duration_seconds", "How long the last poll took.", (lastMs ?? 0) / 1000),
      gauge(
        "maestro_poll_age_seconds",
        "Seconds since the last good poll; NaN before it.",
        lastGoodAt === null ? Number.NaN : Math.max(0, now - lastGoodAt) / 1000,
      ),
      gauge("maestro_ready", "1 when nothing keeps the service from its work.", health.problems().length === 0 ? 1 : 0),
    ];
  }

  #server(): Metric[] {
    const requests = [...this.#requests.values()];
    const labels = ({ route, method, status }: (typeof requests)[number]) => ({
      route,
      method,
      status: String(status),
    });
    return [
      counters("maestro_http_requests_total", "HTTP requests, by route, method and status.", [
        ...requests.map((entry) => ({ labels: labels(entry), value: entry.count })),
      ]),
      counters("maestro_http_request_seconds_total", "Seconds until HTTP requests were answered.", [
        ...requests.map((entry) => ({ labels: labels(entry), value: entry.ms / 1000 })),
      ]),
      gauge("maestro_event_streams", "Clients that follow the events.", this.#parts.streams()),
    ];
  }

  #process(): Metric[] {
    const { version, startedAt, cpuSeconds, residentBytes, heapBytes } = this.#parts.parts.health.process();
    return [
      gauges("maestro_build_info", "1, with the version.", [{ labels: { version }, value: 1 }]),
      gauge("maestro_process_start_time_seconds", "When the process began.", startedAt / 1000),
      counter("maestro_process_cpu_seconds_total", "Seconds of CPU.", cpuSeconds),
      gauge("maestro_process_resident_memory_bytes", "Memory of the process.", residentBytes),
      gauge("maestro_process_heap_bytes", "Memory of its JavaScript heap that is used.", heapBytes),
      this.#lagMetric(),
    ];
  }

  /** Looked at from the first question on; each answer tells of the time since the one before. */
  #lagMetric(): Metric {
    const name = "maestro_event_loop_lag_seconds";
    const help = "How late the event loop came to its timers since the last look.";
    const seen = this.#lag;
    if (seen === null) {
      this.#lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
      this.#lag.enable();
      return gauges(name, help, []);
    }
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - LAG_RESOLUTION_MS / 1000);
    const samples = [0.5, 0.99].map((quantile) => ({
      labels: { quantile: String(quantile) },
      value: seen.count === 0 ? 0 : late(seen.percentile(quantile * 100)),
    }));
    const most = { labels: { quantile: "1" }, value: seen.count === 0 ? 0 : late(seen.max) };
    seen.reset();
    return gauges(name, help, [...samples, most]);
  }
}

function gauge(name: string, help: string, value: number): Metric {
  return gauges(name, help, [{ value }]);
}

function counter(name: string, help: string, value: number): Metric {
  return counters(name, help, [{ value }]);
}

function gauges(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, type: "gauge", samples };
}

function counters(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, type: "counter", samples };
}
