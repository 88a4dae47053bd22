import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newPlace, writeFiles } from "./ground.ts";
import { document, maestro, type Place, startMaestro } from "./program.ts";

/** Enough that the disk fills while agents are at work. */
const ISSUES = 12;

async function place() {
  const made = await newPlace();
  const numbers = Array.from({ length: ISSUES }, (_, n) => n + 1);
  const issues = numbers.map(
    (n) => `      - { id: i${n}, identifier: DEMO-${n}, title: Sort it, state: classifying }\n`,
  );
  const text = `---
workflow:
  profile: { kind: triage, version: 1 }
tracker:
  kind: memory
  provider:
    issues:
${issues.join("")}  lifecycle:
    active_states: [intake, classifying]
    terminal_states: [routed, duplicate, rejected]
    state_phase_map: { intake: todo, classifying: in_progress, needs_info: human_review, routed: done, duplicate: canceled, rejected: canceled }
agent_provider: { kind: mock, options: { complete_issue_state: routed } }
agent: { max_concurrent_agents: 12 }
polling: { interval_ms: 1000 }
---
`;
  await writeFiles(made.cwd, { "WORKFLOW.md": text });
  return made;
}

/** The same place, in a shell that limits the size of every file that is written, until it is given more. */
function limited(where: Place, kib: number): Place {
  return { ...where, wrapper: ["bash", "-c", `ulimit -S -f ${kib}; exec "$0" "$@"`] };
}

async function expectAllDone(self: Place): Promise<void> {
  const { issues } = await document<{ issues: { state: string }[] }>(self, "issue", "list", "--all", "--json");
  expect(issues.map(({ state }) => state)).toEqual(Array(ISSUES).fill("routed"));
  expect((await maestro(self, "record", "verify")).code).toBe(0);
}

describe("a disk that fills while agents work", () => {
  it.each([320, 1_200])("at %i KiB ends one poll with disk_full, and the next one does the rest", async (kib) => {
    const self = await place();
    const full = await maestro(limited(self, kib), "--once");
    expect([full.code, full.err]).toEqual([
      7,
      expect.stringMatching(/^maestro: .*disk is full.*\nhint: Free space.*\n$/),
    ]);
    expect((await maestro(self, "record", "verify")).code).toBe(0);
    expect(await maestro(self, "--once")).toMatchObject({ code: 0, err: "" });
    await expectAllDone(self);
  });

  it("leaves a service up, which says it once and goes on by itself", async () => {
    const self = await place();
    const service = startMaestro(limited(self, 1_200));
    await service.error(/disk is full/);
    // Meanwhile each loop meets it again, and whoever reads is not in the way.
    for (let n = 0; n < 5; n += 1) expect((await maestro(self, "status")).code).toBe(0);
    execFileSync("prlimit", ["--pid", String(service.pid), "--fsize=unlimited"]);
    for (let n = 1; n <= ISSUES; n += 1) await service.line(new RegExp(`DEMO-${n} {2}finished`));
    const { code, err } = await service.end("SIGTERM");
    expect(code).toBe(0);
    expect(err).toMatch(/^maestro: .*disk is full.* Nothing new is started\.\nhint: .*\nmaestro: There is space again/);
    await expectAllDone(self);
    expect(logOf(self).filter((line) => line.message === "the record cannot be written")).toHaveLength(1);
  });
});

function logOf({ home }: Place): { readonly message: string }[] {
  const [project = ""] = readdirSync(join(home, "projects"));
  const lines = readFileSync(join(home, "projects", project, "logs", "maestro.log"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
}
