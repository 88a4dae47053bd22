import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { newPlace, writeFiles } from "./ground.ts";
import { document, MAIN, maestro, Program, startMaestro } from "./program.ts";

const TEMPLATE = ["--template", "memory/no_repo/mock"];

describe("--help and --version", () => {
  it.each([["--help"], ["--version"]])("%s loads the command line and nothing of the product", async (word) => {
    const place = { ...(await newPlace()), wrapper: ["/usr/bin/env", "NODE_DEBUG=esm"] };
    const { code, err } = await maestro(place, word);
    const dist = dirname(MAIN);
    const sources: Record<string, string[]> = JSON.parse(readFileSync(join(dist, "parts", "sources.json"), "utf8"));
    const files = new Set([...err.matchAll(/file:\/\/([^\s'")]+)/g)].map((found) => relative(dist, found[1] ?? "")));
    const loaded = [...files].flatMap((file) => sources[file] ?? [`unknown ${file}`]);
    expect([code, loaded]).toEqual([
      0,
      expect.arrayContaining(["src/main.ts", "src/cli/index.ts", "node_modules/commander/lib/command.js"]),
    ]);
    const light = /^(src\/(main|app-version)\.ts|src\/(cli|base|model|contracts)\/|node_modules\/commander\/)|rolldown/;
    expect(loaded.filter((path) => !light.test(path))).toEqual([]);
  });
});

describe("a reader that goes away", () => {
  it.each(["record export", "issue list --json", "status --json", "--help"])("ends %s quietly", async (words) => {
    const place = await newPlace();
    await maestro(place, "--once", ...TEMPLATE);
    const script = `set -o pipefail; "${process.execPath}" "${MAIN}" ${words} ${words === "--help" ? "" : TEMPLATE.join(" ")} | true`;
    expect(await new Program(["bash", "-c", script], place).ended).toMatchObject({ code: 0, err: "" });
  });

  it("ends a service", async () => {
    const place = await newPlace();
    const script = `set -o pipefail; "${process.execPath}" "${MAIN}" daemon --poll-interval-s 0.2 ${TEMPLATE.join(" ")} | head -n 1`;
    expect(await new Program(["bash", "-c", script], place).ended).toMatchObject({ code: 0, err: "" });
    expect(await maestro(place, "record", "verify", ...TEMPLATE)).toMatchObject({ code: 0 });
  });
});

describe("a running service", () => {
  const hanging = `---
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
      ISS-1: { runs: [[{ do: hang }]] }
      default: { runs: [[{ do: call, tool: run_attention, arguments: { summary: Which report? } }, { do: call, tool: run_finalize, arguments: { path: attention } }]] }
polling: { interval_ms: 3600000 }
---
`;

  async function serving() {
    const place = await newPlace();
    await writeFiles(place.cwd, { "WORKFLOW.md": hanging, ".maestro/issues/README.md": "Issues.\n" });
    const daemon = startMaestro(place);
    await daemon.line(/^ +page +/);
    return { place, daemon };
  }

  it("reacts at once to what people do, and stops when it is asked to", async () => {
    const { place, daemon } = await serving();
    expect((await maestro(place, "pause")).out).toContain("Nothing new is started");
    await daemon.line(/paused, asked by cli:tester/);
    await maestro(place, "issue", "new", "Sort the list", "--state", "classifying");
    expect((await maestro(place, "resume")).code).toBe(0);
    await daemon.line(/ISS-1 {2}started: Sort the list/);
    await maestro(place, "issue", "new", "Which one", "--state", "classifying");
    await daemon.line(/ISS-2 {2}parked: .*Which report\? To go on: maestro unpark ISS-2/);
    const status = await document<{ counts: object; running: object[] }>(place, "status", "--json");
    expect(status.counts).toMatchObject({ running: 1, parked: 1 });
    expect((await maestro(place, "retry", "ISS-1")).code).toBe(5);
    expect((await maestro(place, "unpark", "ISS-2")).code).toBe(0);
    await daemon.line(/ISS-2 {2}goes on: /);
    expect((await maestro(place, "stop")).code).toBe(0);
    expect(await daemon.ended).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/\nStopped\.\n$/) });
    expect((await maestro(place, "stop")).out).toBe("No service runs, so there is nothing to stop.\n");
  });

  it("drains: it ends by itself when nothing runs any more", async () => {
    const { place, daemon } = await serving();
    expect((await maestro(place, "drain")).code).toBe(0);
    expect(await daemon.ended).toMatchObject({ code: 0, out: expect.stringContaining("Stopping (drained).") });
  });

  it("leaves at once when it is interrupted twice", async () => {
    const { place, daemon } = await serving();
    await maestro(place, "issue", "new", "Sort the list", "--state", "classifying");
    await daemon.line(/ISS-1 {2}started/);
    void daemon.end("SIGINT");
    await daemon.line(/^Stopping \(SIGINT\)/);
    expect([0, 130]).toContain((await daemon.end("SIGINT")).code);
    const again = startMaestro(place);
    await again.line(/ISS-1 {2}started again/);
    expect((await again.end("SIGTERM")).code).toBe(0);
  });
});

describe("the record's commands", () => {
  it("export, verify and prune what happened", async () => {
    const place = await newPlace();
    expect((await maestro(place, "--once", ...TEMPLATE)).code).toBe(0);
    const { out } = await maestro(place, "record", "export", ...TEMPLATE);
    const events = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    const lane = events.find(({ type }) => type === "lane_opened").lane_id;
    const one = await maestro(place, "record", "export", "--lane", lane, ...TEMPLATE);
    expect(one.out.split("\n").length).toBeLessThan(out.split("\n").length);
    expect((await maestro(place, "record", "export", "--lane", "lane_0", ...TEMPLATE)).code).toBe(4);
    const prune = ["record", "prune", "--closed-before", "2999-01-01", "--json", ...TEMPLATE];
    const dry = await document<{ events: number }>(place, ...prune, "--dry-run");
    expect(await document(place, ...prune)).toMatchObject({ dry_run: false, events: dry.events });
    expect((await maestro(place, "record", "verify", ...TEMPLATE)).code).toBe(0);
    expect((await maestro(place, "status", ...TEMPLATE)).out).toContain("1 finished");
  });
});
