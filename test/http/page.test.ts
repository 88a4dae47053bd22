import { describe, expect, it } from "vitest";
import { aCandidate, emptyStatus } from "./documents.ts";
import { ground } from "./ground.ts";

describe("the plain page", () => {
  it("shows what people wrote as text, never as markup", async () => {
    const { ask, world } = ground();
    const row = aCandidate("DEMO-1", {
      title: `<img src=x onerror="alert('1')">`,
      stage: "parked",
      reason: { code: "fatal", sentence: "Tom & Jerry" },
    });
    world.status = emptyStatus({ waiting: [row] });
    const page = await (await ask("GET", "/")).text();
    expect(page).toContain("&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;");
    expect(page).toContain("Tom &#38; Jerry");
    expect(page).not.toContain("<img");
  });

  it("allows no script and says what is wrong with the workflow file", async () => {
    const { ask, world } = ground();
    world.status = emptyStatus({ workflow: { id: "demo", path: null, problem: "WORKFLOW.md:3:5 is wrong" } });
    const answer = await ask("GET", "/plain");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    const page = await answer.text();
    expect(page).toContain('role="alert">WORKFLOW.md:3:5 is wrong<');
    expect(page).toContain("Nothing runs.");
    expect(page).not.toContain("<script");
  });
});
