import { describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import { AGENT_FAILURES } from "../../src/contracts/agent-provider.ts";
import { reason } from "../../src/model/verdict.ts";
import { brokenOff, failed, failedAgent, failedWith } from "../../src/runs/outcome.ts";
import { commitMessage } from "../../src/runs/run/take-over.ts";

function error(code: string, hint?: string): MaestroError {
  return new MaestroError({ code, message: "It went wrong.", ...(hint === undefined ? {} : { hint }) });
}

describe("outcomes", () => {
  it.each([
    ["hook_failed", "hook"],
    ["workspace_disk_low", "workspace"],
    ["git_failed", "workspace"],
    ["git_rejected", "outside"],
    ["template_render_error", "prompt"],
    ["forge_status", "outside"],
    ["tracker_request", "outside"],
    ["run_timed_out", "timed_out"],
    ["agent_invalid_config", "fatal"],
    ["unsupported_tool", "fatal"],
    ["something_else", "agent"],
  ])("counts %s as %s", (code, failure) => {
    expect(failedWith(error(code))).toMatchObject({ status: "failed", failure, reason: { code } });
  });

  it("counts every failure of an agent, and keeps when capacity comes back", () => {
    const kinds = AGENT_FAILURES.map((kind) => failedAgent({ kind, sentence: "x", resetAt: 7 }));
    expect(kinds.every(({ status, failure, notBefore }) => status === "failed" && failure && notBefore === 7)).toBe(
      true,
    );
    expect(kinds.map(({ failure }) => failure)).toEqual([
      "fatal",
      "timed_out",
      "timed_out",
      "timed_out",
      "agent",
      "agent",
      "agent",
      "capacity",
      "fatal",
      "agent",
      "agent",
      "agent",
    ]);
  });

  it("says what to do next, and stays short", () => {
    expect(failedWith(error("git_failed", "Do this.")).reason.sentence).toBe("It went wrong. Do this.");
    expect(failed("agent", reason("x", "y".repeat(9_000))).reason.sentence.length).toBeLessThan(4_100);
  });

  it.each([
    ["worker_stopped", "interrupted", "interrupted"],
    ["lease_lost", "interrupted", "lease_lost"],
    ["work_revoked", null, "work_revoked"],
  ])("tells %s from a failure of the work", (code, failure, why) => {
    const controller = new AbortController();
    controller.abort(error(code));
    expect(brokenOff(controller.signal)).toMatchObject({ status: "canceled", failure, reason: { code: why } });
  });
});

describe("commitMessage", () => {
  const issue = { identifier: "DEMO-1", title: "Greet the world" };

  it.each([
    [null, "DEMO-1: Greet the world\n"],
    ["Said hello.", "DEMO-1: Said hello.\n"],
    ["Said hello.\n\nChecked by hand.", "DEMO-1: Said hello.\n\nSaid hello.\n\nChecked by hand.\n"],
  ])("names issue and summary of %j", (summary, message) => {
    expect(commitMessage(issue, summary)).toBe(message);
  });

  it("cuts a long first line and keeps all of it below", () => {
    const [subject, blank, body] = commitMessage(issue, "word ".repeat(40)).split("\n");
    expect(subject?.length).toBe(72);
    expect(blank).toBe("");
    expect(body).toBe("word ".repeat(40).trim());
  });
});
