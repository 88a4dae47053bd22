import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { WorkflowInput } from "../../src/workflow/index.ts";
import { packagedKinds, put, temporaryFolder } from "../workflow/fixture.ts";
import { type Props, type Stage, stage } from "./stage.ts";

const YAML = `workflow: {profile: {kind: triage}}
tracker: {kind: local, provider: {prefix: $PREFIX}}
agent_provider: {kind: mock}
agent: {quota: {poller_enabled: off}}`;
const SOUND = `---\n${YAML}\n---\nDo {{ issue.identifier }}: {{ issue.title }}.`;
const PREFLIGHT =
  "WORKFLOW.md:5:17 agent.quota.poller_enabled: not used: only what agents themselves tell of their capacity is looked at";

/** A clock that nobody moves. */
const STILL = { now: () => 0, monotonic: () => 0, setTimer: () => ({ cancel: () => undefined }) };

interface Folder {
  readonly path: string;
  readonly self: Stage;
}

async function folder(text = SOUND, props: Props = {}): Promise<Folder> {
  const path = put(temporaryFolder(), "WORKFLOW.md", text);
  const environment = { PREFIX: "SHOP", HOME: "/home/ann" };
  const input: WorkflowInput = { path, kinds: packagedKinds(), environment, home: "/home/of" };
  return { path, self: await stage({ ...props, parts: { workflowInput: async () => input, ...props.parts } }) };
}

describe("maestro workflow validate", () => {
  it("says what a sound file is made of, and what of it is not in force", async () => {
    const { self, path } = await folder();
    expect(await self.run("workflow", "validate")).toEqual({
      code: 0,
      err: "",
      out: `${path} is valid: profile triage, tracker local, no repository, agent mock.\nwarning: ${PREFLIGHT}\n`,
    });
  });

  it("says the same as a document", async () => {
    const { self, path } = await folder();
    expect(JSON.parse((await self.run("workflow", "validate", "--json")).out)).toEqual({
      version: 1,
      valid: true,
      path,
      hash: expect.stringMatching(/^[0-9a-f]+$/),
      profile: { kind: "triage", version: 1 },
      tracker: "local",
      forge: null,
      agent: "mock",
      warnings: [
        {
          path,
          line: 5,
          column: 17,
          key: "agent.quota.poller_enabled",
          message: PREFLIGHT.slice(PREFLIGHT.indexOf("not used")),
        },
      ],
    });
  });

  it("ends with 3 for a bad one, every mistake at its place", async () => {
    const { self } = await folder(SOUND.replace("poller_enabled", "prefligth").replace("kind: mock", "kind: mokc"));
    const { code, out, err } = await self.run("workflow", "validate", "--json");
    expect([code, out]).toEqual([3, ""]);
    const { error } = JSON.parse(err);
    expect(error.facts.problems.map(({ line, key }: { line: number; key: string }) => `${line} ${key}`)).toEqual([
      "5 agent.quota.prefligth",
    ]);
    expect(error.code).toBe("invalid_workflow");
  });

  it("with --watch tells each change once, until it is interrupted", async () => {
    const steps: (() => void)[] = [];
    const { self, path } = await folder(SOUND, {
      parts: { clock: { ...STILL, sleep: async () => steps.shift()?.() } },
    });
    const bad = SOUND.replace("kind: mock", "kind: mokc");
    steps.push(
      () => writeFileSync(path, bad),
      () => undefined,
      () => writeFileSync(path, SOUND),
      self.interrupt,
    );
    const { code, out } = await self.run("workflow", "validate", "--watch", "--json");
    const told = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect([code, told.map(({ valid }) => valid)]).toEqual([0, [true, false, true]]);
    expect(told[1].error.message).toContain('"mokc" is not known');
  });
});

describe("maestro workflow render", () => {
  it("prints the prompt with an issue that is made up, and says so", async () => {
    const { self } = await folder();
    const { code, out, err } = await self.run("workflow", "render");
    expect(code).toBe(0);
    expect(out).toMatch(/^Do EXAMPLE-1: Round discounts to whole cents\.\n\n## How this run ends\n/);
    expect(err).toBe("No --issue is given: the issue in this prompt is made up.\n");
    expect(self.open.size).toBe(0);
  });

  it("prints that of an issue of the tracker", async () => {
    const issues = [{ id: "1", identifier: "DEMO-1", title: "Greet", state: "classifying" }];
    const { self } = await folder(SOUND, { issues });
    const { out, err } = await self.run("workflow", "render", "--issue", "DEMO-1", "--json");
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      issue_identifier: "DEMO-1",
      prompt: expect.stringMatching(/^Do DEMO-1: Greet\./),
    });
    expect([err, self.open.size]).toEqual(["", 0]);
    expect((await self.run("workflow", "render", "--issue", "DEMO-9")).code).toBe(4);
  });

  it("ends with 3 when the prompt cannot be rendered, with the place", async () => {
    const { self } = await folder(`${SOUND}\n{{ issue.titel }}`);
    const { code, err } = await self.run("workflow", "render");
    expect(code).toBe(3);
    expect(err).toMatch(/WORKFLOW\.md:8:4 the prompt cannot be rendered: undefined variable: issue\.titel\n/);
  });
});

describe("maestro workflow explain", () => {
  it("says value, place and purpose of a key", async () => {
    const { self } = await folder();
    expect((await self.run("workflow", "explain", "tracker.provider.prefix")).out).toBe(
      "tracker.provider.prefix = $PREFIX\nfrom WORKFLOW.md:3:35, the environment variable PREFIX (set)\n",
    );
    expect((await self.run("workflow", "explain", "agent.max_turns")).out).toBe(
      "agent.max_turns = 20\nfrom the default\nTurns of one session. Default 20.\n",
    );
    expect((await self.run("workflow", "explain", "tracker.provider.directory")).out).toContain(
      "\nfrom the tracker local\n",
    );
  });

  it("lists a section", async () => {
    const { self } = await folder();
    const { out } = await self.run("workflow", "explain", "polling");
    expect(out).toBe("polling.interval_ms = 30000\nfrom the default\nMilliseconds between two polls. Default 30000.\n");
    const rows = (await self.run("workflow", "explain", "workflow")).out
      .split("\n")
      .map((row) => row.replace(/ {2,}/g, "|"));
    expect(rows.slice(0, 4)).toEqual([
      "KEY|VALUE|FROM",
      "workflow.profile.kind|triage|WORKFLOW.md:2:22",
      "workflow.profile.version|none|the default",
      expect.stringMatching(/^workflow\.profile\.options\.routing_taxonomy\|\[\]\|the profile, .*triage\.md:\d+:\d+$/),
    ]);
    expect(rows).toContain("workflow.reconciliation.change_proposal.enabled|false|the default");
  });

  it("names the template that a value stands in", async () => {
    const { self } = await folder();
    const { out } = await self.run("workflow", "explain", "tracker.kind", "--template", "local/local/mock");
    expect(out).toContain("\nfrom the template local/local/mock, WORKFLOW.md:3:11\n");
  });

  it("is a document with --json, an error for an unknown key", async () => {
    const { self } = await folder();
    expect(JSON.parse((await self.run("workflow", "explain", "tracker.kind", "--json")).out)).toEqual({
      version: 1,
      template: null,
      keys: [
        {
          key: "tracker.kind",
          value: "local",
          source: { kind: "file", place: "WORKFLOW.md:3:11", written_as: "tracker.kind", variable: null },
          purpose: "The tracker's kind.",
        },
      ],
    });
    expect(await self.run("workflow", "explain", "tracker.knd")).toMatchObject({
      code: 4,
      err: expect.stringContaining('did you mean "tracker.kind"?'),
    });
  });
});

describe("maestro workflow schema", () => {
  it.each([
    [[], "The front matter of a WORKFLOW.md"],
    [["profile"], "The front matter of a profile"],
  ])("prints the schema of %j without an App", async (words, title) => {
    const self = await stage();
    const { code, out } = await self.run("workflow", "schema", ...words);
    expect([code, JSON.parse(out).title, self.loads]).toEqual([0, title, 0]);
  });

  it("knows no other file", async () => {
    expect((await (await stage()).run("workflow", "schema", "issue")).code).toBe(2);
  });
});

it("is a group with examples", async () => {
  const { code, out } = await (await stage()).run("workflow", "--help");
  expect(code).toBe(0);
  for (const name of ["validate", "render", "explain", "schema"]) expect(out).toContain(`\n  ${name}`);
  expect(out).toContain("Examples:");
});
