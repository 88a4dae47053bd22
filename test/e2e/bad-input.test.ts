import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadSqlite } from "../../src/base/sqlite-module.ts";
import { newPlace, writeFiles } from "./ground.ts";
import { type Ended, MAIN, maestro, type Place, Program, startMaestro } from "./program.ts";

/** One issue that a scripted agent ends at once. */
function workflow(agent = "{ kind: mock, options: { complete_issue_state: routed } }"): string {
  return `---
workflow:
  profile: { kind: triage, version: 1 }
tracker:
  kind: memory
  provider:
    issues:
      - { id: one, identifier: DEMO-1, title: Sort it, state: classifying }
  lifecycle:
    active_states: [intake, classifying]
    terminal_states: [routed, duplicate, rejected]
    state_phase_map: { intake: todo, classifying: in_progress, needs_info: human_review, routed: done, duplicate: canceled, rejected: canceled }
agent_provider: ${agent}
agent: { max_turns: 3 }
---
`;
}

async function place(text = workflow()) {
  const made = await newPlace();
  await writeFiles(made.cwd, { "WORKFLOW.md": text });
  return made;
}

/** The same place, in a shell that limits the size of every file that is written. */
function limited(where: Place, kib: number): Place {
  return { ...where, wrapper: ["bash", "-c", `ulimit -f ${kib}; exec "$0" "$@"`] };
}

/** The one project of a place. */
function stateOf({ home }: Place): string {
  const projects = join(home, "projects");
  const [name = ""] = readdirSync(projects);
  return join(projects, name);
}

/** Refused before anything was made. */
function expectNothingMade({ home }: Place): void {
  expect(readdirSync(home)).toEqual([]);
}

function expectRefused(ended: Ended, code: number, message: RegExp, hint: RegExp | null): void {
  expect(ended.err).toMatch(message);
  if (hint !== null) expect(ended.err).toMatch(hint);
  expect(ended.err).toMatch(/^maestro: /);
  expect(ended.err).not.toMatch(/\n\s+at /);
  expect([ended.code, ended.out.trim()]).toEqual([code, ""]);
}

describe("a malformed workflow", () => {
  it("is told at its line and column, all mistakes at once", async () => {
    const self = await place(workflow().replace("max_turns: 3", "max_turns: many, max_trns: 3"));
    const ended = await maestro(self, "--once");
    expectRefused(ended, 3, /WORKFLOW\.md:14:\d+ agent\.max_trns/, /hint: Correct the file/);
    expect(ended.err).toMatch(/WORKFLOW\.md:14:\d+ agent\.max_turns/);
    expectNothingMade(self);
  });

  it("is told where its YAML cannot be read", async () => {
    const self = await place("---\ntracker: [\n---\n");
    expectRefused(await maestro(self, "--dry-run"), 3, /WORKFLOW\.md:\d+:\d+/, null);
    expectNothingMade(self);
  });

  it("is a document with --json", async () => {
    const { code, err } = await maestro(
      await place(workflow().replace("max_turns: 3", "max_turns: -1")),
      "--once",
      "--json",
    );
    const { error } = JSON.parse(err);
    expect([code, error.code, error.facts.problems[0].key]).toEqual([3, "invalid_workflow", "agent.max_turns"]);
  });
});

describe("a workflow that is broken while the service runs", () => {
  it("is refused with its place, leaves the last good one in force, and is taken up when it is mended", async () => {
    const self = await place();
    const service = startMaestro(self);
    await service.line(/DEMO-1 {2}finished/);
    writeFileSync(join(self.cwd, "WORKFLOW.md"), workflow().replace("max_turns: 3", "max_turns: many"));
    await service.line(/workflow file refused: .*WORKFLOW\.md:14:\d+ .*; the last good one stays in force$/);
    writeFileSync(join(self.cwd, "WORKFLOW.md"), workflow().replace("max_turns: 3", "max_turns: 4"));
    await service.line(/workflow file reloaded$/);
    expect((await service.end("SIGTERM")).code).toBe(0);
    const types = (await maestro(self, "record", "export")).out.match(/"type":"workflow_\w+"/g);
    expect(types).toEqual(["loaded", "rejected", "loaded"].map((end) => `"type":"workflow_${end}"`));
  });
});

describe("a path that leads nowhere", () => {
  it.each([
    ["nowhere/WORKFLOW.md", /nowhere\/WORKFLOW\.md/],
    ["WORKFLOW.md/WORKFLOW.md", /WORKFLOW\.md\/WORKFLOW\.md/],
    [".", /\/folder cannot be read/],
  ])("%s is named", async (path, message) => {
    const self = await place();
    const ended = await maestro(self, path, "--once");
    expect([ended.code, ended.out.trim()]).toEqual([3, ""]);
    expect(ended.err).toMatch(message);
    expectNothingMade(self);
  });

  it("is told for the default file too, with what to do", async () => {
    const self = await newPlace();
    expectRefused(await maestro(self), 3, /folder\/WORKFLOW\.md/, /hint: .*--template/);
    expectNothingMade(self);
  });

  it("names the parts that there are for a template that there is not", async () => {
    const self = await newPlace();
    const ended = await maestro(self, "--template", "local/local/mok");
    expectRefused(ended, 2, /no agent is called "mok"; known: .*mock/, /hint: did you mean "local\/local\/mock"\?/);
    expectNothingMade(self);
  });
});

describe("a missing program", () => {
  it("fails the run when it is the agent's", async () => {
    const self = await place(workflow("{ kind: mock, options: { command: no-such-agent } }"));
    const { code, out } = await maestro(self, "--once");
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/DEMO-1 {2}run failed: There is no program "no-such-agent"/),
    ]);
    expect(out).toMatch(/DEMO-1 {2}parked: .*Install it .*agent_provider\.options\.command/);
  });

  it("is Git, for the demo", async () => {
    const self = await newPlace();
    const withoutGit = { ...self, wrapper: ["/usr/bin/env", `PATH=${self.root}`] };
    const ended = await maestro(withoutGit, "--template", "local/local/mock", "--once");
    expectRefused(ended, 3, /Git is not installed/, /hint: Install git/);
    expect(readdirSync(join(self.home, "demo"))).toEqual([]);
  });
});

describe("a port in use", () => {
  it("is named, and the service has not begun", async () => {
    const self = await place();
    const port = await takenPort();
    expectRefused(
      await maestro(self, "--port", String(port)),
      5,
      new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is in use`),
      /hint: .*--port/,
    );
    expect((await maestro(self, "record", "export")).out.trim()).toBe("");
    expect((await maestro(self, "--once")).code).toBe(0);
  });
});

function takenPort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

describe("a second instance", () => {
  it("is refused, names the first and leaves it alone", async () => {
    const self = await place(workflow("{ kind: mock, options: { scripts: { default: { runs: [[{ do: hang }]] } } } }"));
    const first = startMaestro(self);
    await first.line(/DEMO-1 {2}started/);
    const refused = new RegExp(`process ${first.pid}`);
    expectRefused(await maestro(self), 5, refused, /hint: .*maestro status/);
    expectRefused(await maestro(self, "record", "prune", "--closed-before", "2020-01-01"), 5, refused, null);
    const status = JSON.parse((await maestro(self, "status", "--json")).out);
    expect(status).toMatchObject({ service: { running: true, pid: first.pid }, counts: { running: 1 } });
    expect((await first.end("SIGTERM")).code).toBe(0);
  });
});

describe("a damaged record", () => {
  it("is named row by row, and nothing is started on it", async () => {
    const self = await place();
    await maestro(self, "--once");
    await change(self, "UPDATE lanes SET data = '{' || substr(data, 3)");
    const verified = await maestro(self, "record", "verify");
    expect([verified.code, verified.out]).toEqual([7, expect.stringMatching(/ {2}lanes lane_\w+: /)]);
    await change(self, "UPDATE lanes SET open = 1");
    expectRefused(await maestro(self, "status"), 7, /damaged row: lanes lane_\w+/, /hint: `maestro record verify`/);
    expectRefused(await maestro(self), 7, /damaged row: lanes lane_\w+/, null);
  });

  it("is told when the file is no database at all", async () => {
    const self = await place();
    await maestro(self, "--once");
    await change(self, "SELECT 1");
    const file = join(stateOf(self), "record.db");
    writeFileSync(file, "not a database, whatever its name says\n".repeat(200));
    expectRefused(await maestro(self, "--once"), 7, /record\.db/, /hint: Restore a copy/);
    expect(readFileSync(file, "utf8")).toMatch(/^not a database/);
  });
});

describe("a record of a newer Maestro", () => {
  it("is refused with the version that reads it, and stays as it is", async () => {
    const self = await place();
    await maestro(self, "--once");
    await change(self, "UPDATE meta SET value = '99' WHERE key = 'version'");
    await change(self, "UPDATE meta SET value = '7.1.0' WHERE key = 'reader'");
    const before = readFileSync(join(stateOf(self), "record.db"));
    for (const words of [["--once"], ["status"], ["record", "verify"]]) {
      expectRefused(await maestro(self, ...words), 7, /newer Maestro/, /hint: Use Maestro 7\.1\.0 or later/);
    }
    expect(readFileSync(join(stateOf(self), "record.db")).equals(before)).toBe(true);
  });
});

/** Changes a record behind Maestro's back. */
async function change(self: Place, sql: string): Promise<void> {
  const Database = await loadSqlite();
  const database = new Database(join(stateOf(self), "record.db"));
  database.exec(sql);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

describe("an unknown issue", () => {
  it.each([
    [["issue", "show", "DEMO-9"], /no issue "DEMO-9"/],
    [["--once", "--issue", "DEMO-9"], /no issue "DEMO-9"/],
    [["--dry-run", "--issue", "DEMO-9"], /No issue "DEMO-9"/],
    [["unpark", "DEMO-9"], /"DEMO-9"/],
  ])("of %j is told, with where to look", async (words, message) => {
    const self = await place();
    expectRefused(await maestro(self, ...words), 4, message, /hint: `maestro (issue|status)/);
    expectNothingMade(self);
  });
});

describe("a full disk", () => {
  it("keeps a service from beginning, and nothing is in the way when there is space again", async () => {
    const self = await place();
    expectRefused(await maestro(limited(self, 8), "--once"), 7, /disk is full|no space left/, /hint: Free space/);
    expect((await maestro(self, "--once")).code).toBe(0);
    expect((await maestro(self, "record", "verify")).code).toBe(0);
  });

  it("loses nothing that was said, whenever it comes", async () => {
    for (const kib of [60, 120, 200]) {
      const self = await place();
      const full = await maestro(limited(self, kib), "--once");
      expect(full.err).not.toMatch(/\n\s+at /);
      const verified = await maestro(self, "record", "verify");
      expect([0, 4]).toContain(verified.code);
      const again = await maestro(self, "--once");
      expect([again.code, again.err]).toEqual([0, ""]);
      expect((await maestro(self, "issue", "show", "DEMO-1")).out).toContain("state       routed");
    }
  });

  it("leaves no half issue behind", async () => {
    const local = "tracker:\n  kind: local\n";
    const self = await place(workflow().replace(/tracker:\n[\s\S]*?(?= {2}lifecycle)/, local));
    mkdirSync(join(self.cwd, ".maestro", "issues"), { recursive: true });
    const ended = await maestro(limited(self, 16), "issue", "new", "Sing", "--description", "la".repeat(20_000));
    expect([ended.code, ended.out.trim()]).toEqual([7, ""]);
    expect((await maestro(self, "issue", "list")).out).toBe("No issues.\n");
    expect((await maestro(self, "issue", "new", "Sing")).out).toMatch(/^ISS-\d+ was made, in intake\./);
  });

  it("is told when it is the reader's", async () => {
    const script = `"${process.execPath}" "${MAIN}" --help > /dev/full`;
    const { code, err } = await new Program(["bash", "-c", script], await newPlace()).ended;
    expect([code, err]).toEqual([7, expect.stringContaining("maestro: the output cannot be written: ")]);
  });
});
