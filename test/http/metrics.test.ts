import { describe, expect, it } from "vitest";
import { aCandidate, aLaneRow, emptyStatus } from "./documents.ts";
import { ground } from "./ground.ts";
import { anEvent } from "./world.ts";

const SAMPLE = /^(maestro_[a-z_]+)(?:\{[a-z]+="[^"\n]*"(?:,[a-z]+="[^"\n]*")*\})? (NaN|[+-]?Inf|-?[0-9.e+-]+)$/;

async function scraped({ ask }: ReturnType<typeof ground>) {
  const answer = await ask("GET", "/metrics");
  return { type: answer.headers.get("content-type"), lines: (await answer.text()).split("\n") };
}

describe("GET /metrics", () => {
  it("is what Prometheus reads: each name with HELP and TYPE, then its samples", async () => {
    const { type, lines } = await scraped(ground());
    expect(type).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(lines.pop()).toBe("");
    const described = new Set<string>();
    for (const [at, line] of lines.entries()) {
      const [, help] = /^# HELP (\S+) \S/.exec(line) ?? [];
      if (help !== undefined) {
        expect([described.has(help), lines[at + 1]]).toEqual([
          false,
          expect.stringMatching(`^# TYPE ${help} (gauge|counter)$`),
        ]);
        described.add(help);
      } else if (!line.startsWith("# TYPE ")) {
        expect([line, SAMPLE.test(line), described.has(SAMPLE.exec(line)?.[1] ?? "")]).toEqual([line, true, true]);
      }
    }
  });

  it("tells what is at work, waits and happened", async () => {
    const made = ground();
    made.world.status = emptyStatus({
      counts: { running: 2, retrying: 3, parked: 1, review: 4, closed: 9 },
      waiting: [aCandidate("W")],
      codex_totals: { input_tokens: 10, output_tokens: 5, total_tokens: 15, seconds_running: 60 },
    });
    made.world.open = [aLaneRow("A"), aLaneRow("B"), aLaneRow("C", { stage: "parked" })];
    made.world.commit(settled(1, "succeeded"), settled(2, "failed"), settled(3, "succeeded"), anEvent(4));
    const { lines } = await scraped(made);
    for (const line of [
      "maestro_running 2",
      "maestro_retrying 3",
      "maestro_parked 1",
      "maestro_candidates 1",
      "maestro_queue 4",
      'maestro_lanes{stage="working"} 2',
      'maestro_lanes{stage="parked"} 1',
      'maestro_runs_ended_total{status="succeeded"} 2',
      'maestro_runs_ended_total{status="failed"} 1',
      'maestro_tokens_total{direction="input"} 10',
      "maestro_run_seconds_total 60",
      'maestro_outbox{state="open"} 2',
      'maestro_outbox{state="unknown"} 1',
      "maestro_polls_total 3",
      "maestro_poll_failures_total 1",
      "maestro_poll_duration_seconds 0.04",
      "maestro_poll_age_seconds 2",
      "maestro_ready 1",
      'maestro_build_info{version="1.2.3"} 1',
      "maestro_process_cpu_seconds_total 2.5",
    ]) {
      expect(lines).toContain(line);
    }
  });

  it("counts requests by route, not by address", async () => {
    const made = ground();
    await made.get("/api/v2/issues/A");
    await made.get("/api/v2/issues/B");
    const { lines } = await scraped(made);
    expect(lines).toContain('maestro_http_requests_total{route="/api/v2/issues/{issue}",method="GET",status="404"} 2');
  });

  it("tells how late the event loop is from the second look on", async () => {
    const made = ground();
    expect((await scraped(made)).lines.filter((line) => line.startsWith("maestro_event_loop_lag_seconds{"))).toEqual(
      [],
    );
    const { lines } = await scraped(made);
    expect(lines.filter((line) => line.startsWith("maestro_event_loop_lag_seconds{"))).toHaveLength(3);
    made.close();
  });
});

describe("GET /readyz", () => {
  it("gives the reasons why the service is not ready", async () => {
    const { ask, world } = ground();
    expect(await (await ask("GET", "/readyz")).json()).toEqual({ ready: true, reasons: [] });
    world.problems = [{ code: "workflow_refused", sentence: "WORKFLOW.md:3:1 is wrong." }];
    const answer = await ask("GET", "/readyz");
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { ready: false, reasons: [{ code: "workflow_refused", sentence: "WORKFLOW.md:3:1 is wrong." }] },
    ]);
    expect((await ask("GET", "/healthz")).status).toBe(200);
  });
});

function settled(seq: number, status: "succeeded" | "failed") {
  const reason = { code: "ended", sentence: "It ended." };
  const outcome = {
    ...{ status, reason, failure: null, headSha: null, changed: false, turns: 1, notBefore: null },
    signal: { kind: "none" as const },
  };
  return {
    ...anEvent(seq, "lane_A"),
    event: { type: "work_settled" as const, data: { id: `work_${seq}`, kind: "run" as const, outcome } },
  };
}
