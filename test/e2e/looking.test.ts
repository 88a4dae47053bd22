import { describe, expect, it } from "vitest";
import { newPlace, writeFiles } from "./ground.ts";
import { document, MAIN, maestro, Program, startMaestro } from "./program.ts";

const WORKFLOW = `---
workflow: { profile: { kind: triage, version: 1 } }
tracker:
  kind: local
  lifecycle:
    active_states: [intake, classifying]
    terminal_states: [routed, duplicate, rejected]
    state_phase_map: { intake: todo, classifying: in_progress, needs_info: human_review, routed: done, duplicate: canceled, rejected: canceled }
agent_provider:
  kind: mock
  options:
    scripts:
      ISS-1: { runs: [[{ do: say, text: "Reading the list." }, { do: hang }]] }
      default: { runs: [[{ do: call, tool: run_attention, arguments: { summary: Which report? } }, { do: call, tool: run_finalize, arguments: { path: attention } }]] }
---
`;

describe("a folder that is no project", () => {
  it("is enough to try a packaged tracker, and to be told what is missing", async () => {
    const place = await newPlace();
    const words = ["--template", "memory/no_repo/mock", "--issue", "local-memory-1", "--json"];
    expect(await document(place, "smoke", "tracker", ...words)).toMatchObject({ ok: true, failed_count: 0 });
    const { code, out } = await maestro(place, "doctor");
    expect([code, out]).toEqual([3, expect.stringContaining("mend: `maestro init` writes one")]);
  });
});

describe("looking at a service", () => {
  it("says what runs, why the rest waits, what agents say, and what was left by a kill", async () => {
    const place = await newPlace();
    await writeFiles(place.cwd, { "WORKFLOW.md": WORKFLOW, ".maestro/issues/README.md": "Issues.\n" });
    const daemon = startMaestro(place, "--port", "0");
    await daemon.line(/^ +page +http/);
    const follower = async () => {
      const following = startMaestro(place, "logs", "ISS-1", "-f");
      await following.line(/ message {3}Reading the list\./);
      return following.end("SIGINT");
    };
    await maestro(place, "issue", "new", "Sort the list", "--state", "classifying");
    await daemon.line(/ISS-1 {2}started/);
    expect(await follower()).toMatchObject({ code: 130, err: "" });
    await maestro(place, "issue", "new", "Which one", "--state", "classifying");
    await daemon.line(/ISS-2 {2}parked/);

    expect((await maestro(place, "explain", "ISS-1")).out).toMatch(/^ISS-1 runs: /);
    expect(await document(place, "explain", "ISS-2", "--json")).toMatchObject({ stance: "parked" });
    expect(await maestro(place, "explain", "ISS-3")).toMatchObject({
      code: 4,
      err: expect.stringMatching(/mean ISS-\d/),
    });
    expect(await document(place, "show", "ISS-2/1", "--json")).toMatchObject({ run: { status: "succeeded" } });
    expect((await fetch((await maestro(place, "open")).out.trim())).status).toBe(200);
    const script = `set -o pipefail; "${process.execPath}" "${MAIN}" status --watch --json --interval 0.1 | head -n 1`;
    const head = new Program(["bash", "-c", script], place);
    await head.line(/"running":\[\{/);
    expect((await maestro(place, "lane", "stop", "ISS-1")).code).toBe(0);
    await daemon.line(/ISS-1 {2}parked/);
    // Its reader has gone; the next change tells it so.
    expect(await head.ended).toMatchObject({ code: 0, err: "" });

    await daemon.end("SIGKILL");
    const { code, out } = await maestro(place, "doctor");
    expect([code, out]).toEqual([0, expect.stringContaining("was killed")]);
    expect((await maestro(place, "status")).out).toContain("To go on: maestro");
    expect((await maestro(place, "open")).code).toBe(4);
  });
});
