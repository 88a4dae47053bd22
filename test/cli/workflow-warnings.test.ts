import { describe, expect, it } from "vitest";
import type { Workflow } from "../../src/model/workflow.ts";
import { workflowOf } from "../policy/workflow-facts.ts";
import { stage } from "./stage.ts";

const sentence = "WORKFLOW.md:3:1 poling: this key is not known and not used";
const workflow: Workflow = {
  ...workflowOf(),
  warnings: [{ path: "/demo/WORKFLOW.md", line: 3, column: 1, key: "poling", message: "this key is …", sentence }],
};
const parts = { workflow: async () => workflow };

describe("what a workflow file says without being in force", () => {
  it("is shown at the start", async () => {
    const self = await stage({ parts, service: () => ({ workflow }) });
    expect((await self.run()).out).toContain(`\n  warning   ${sentence}\n`);
  });

  it("is shown in status, in words and as a document", async () => {
    const self = await stage({ parts });
    expect((await self.run("status")).out).toContain(`\nwarning: ${sentence}\n`);
    expect(JSON.parse((await self.run("status", "--json")).out).workflow).toEqual({
      id: "demo-00000000",
      path: "/demo/WORKFLOW.md",
      problem: null,
      warnings: [sentence],
    });
  });
});
