import { describe, expect, it } from "vitest";
import { judgePermission } from "../../src/runs/run/permission.ts";

describe("what an agent is allowed in the middle of a turn", () => {
  it.each(["command", "file_change", "tool"] as const)("%s: what it may do in its workspace anyway", (kind) => {
    expect(judgePermission({ kind, summary: "touch a", details: {} })).toMatchObject({ decision: "allow" });
  });

  it.each(["network", "other"] as const)("%s: nothing that nobody foresaw", (kind) => {
    const answer = judgePermission({ kind, summary: "fetch it", details: {} });
    expect(answer).toMatchObject({ decision: "refuse", reason: expect.stringContaining("fetch it") });
  });

  it("a question is refused with what to do instead", () => {
    const answer = judgePermission({ kind: "question", summary: "Red or blue?", details: {} });
    expect(answer).toMatchObject({ decision: "refuse", reason: expect.stringContaining("run_attention") });
  });

  it.each(["question", "network"] as const)("%s: who may ask a person is told so", (kind) => {
    const answer = judgePermission({ kind, summary: "Red or blue?", details: {} }, true);
    expect(answer).toMatchObject({ decision: "refuse", reason: expect.stringContaining("call run_ask") });
  });

  it("a question with words for people is put to them when its turn ends, where they may be asked", () => {
    const asked = { kind: "question", summary: "Red or blue?", details: {} } as const;
    const question = { text: "Red or blue?", options: ["Red", "Blue"] };
    expect(judgePermission({ ...asked, question }, true).reason).toContain("put to a person");
    expect(judgePermission({ ...asked, question }, false).reason).toContain("run_attention");
  });
});
