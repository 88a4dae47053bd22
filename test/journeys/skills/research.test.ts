import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { newFolder, type Said, say } from "../../skills/ground.ts";

const SKILL = resolve("plugins/research/skills/research");
const SCHEMA = JSON.parse(readFileSync(join(SKILL, "assets/research-run.schema.json"), "utf8"));
const NEW = [
  ...[
    "new",
    "cache-store",
    "--question",
    "Where do sessions live?",
    "--criterion",
    "No session is lost",
    "--stop",
    "Two measured",
  ],
  ...["--hypothesis", "Redis", "--rival", "PostgreSQL", "--falsifier", "It loses a write"],
];

type Run = Record<string, unknown> & { events: Record<string, unknown>[] };

/** A run that was begun, and what can be done with it. */
async function begin() {
  const root = newFolder();
  const research = (...words: readonly string[]): Promise<Said> =>
    say(root, process.execPath, join(SKILL, "scripts/research.mjs"), ...words);
  const begun = await research(...NEW);
  const file = begun.text;
  const read = (): Run => JSON.parse(readFileSync(join(root, file), "utf8"));
  const put = (run: unknown): void => writeFileSync(join(root, file), JSON.stringify(run));
  const append = async (event: object): Promise<Said> => {
    writeFileSync(join(root, "event.json"), JSON.stringify(event));
    return research("append", file, "event.json");
  };
  return { root, research, begun, file, read, put, append };
}

const piece = (id: string, kind: string, family: string) => ({
  ...{ id, kind, summary: "Measured.", source_family: family, source: "bench/store.sh" },
});
const EVIDENCE = {
  type: "evidence_recorded",
  evidence: [piece("E1", "observed", "bench"), piece("E2", "inferred", "manual")],
};
const TRADEOFFS = {
  type: "tradeoffs_recorded",
  tradeoffs: [{ id: "T1", summary: "Speed against safety", supporting: ["E1"], disconfirming: ["E2"] }],
};
const JUDGMENT = {
  preferred_option: "PostgreSQL",
  rejected_options: ["Redis"],
  claim: "It loses nothing.",
  evidence: ["E1"],
  tradeoffs: ["T1"],
};
const skeptic = (outcome: string, hash: string, objections: object[] = []) => ({
  ...{ type: "worker_completed", worker: "skeptic", outcome, summary: "Attacked.", judgment_hash: hash, objections },
});
const hashIn = ({ text }: Said): string => /sha256:[0-9a-f]{64}/.exec(text)?.[0] ?? "";

describe("a research run", () => {
  it("comes to a decision only through a skeptic of exactly this judgment, with every objection answered", async () => {
    const { research, append, file, read, begun } = await begin();
    expect(begun).toMatchObject({ code: 0, text: expect.stringMatching(/^docs\/research\/.*_cache-store\.json$/) });
    expect((await research(...NEW)).code).toBe(1);
    expect((await append(EVIDENCE)).code).toBe(0);
    expect((await append(TRADEOFFS)).code).toBe(0);
    const first = hashIn(await append({ type: "judgment_created", judgment: JUDGMENT }));
    expect(first).not.toBe("");
    const done = { type: "finished", result: "decision_ready", summary: "Decided.", confidence: "high", missing: [] };
    expect(await append({ ...done, judgment_hash: first })).toMatchObject({
      code: 1,
      text: expect.stringContaining("no skeptic has passed"),
    });

    expect((await append(skeptic("objected", first, [{ id: "O1", summary: "Not under load." }]))).code).toBe(0);
    expect((await append({ type: "evidence_recorded", evidence: [piece("E3", "observed", "load")] })).code).toBe(0);
    const better = { ...JUDGMENT, evidence: ["E1", "E3"] };
    const second = hashIn(await append({ type: "judgment_created", judgment: better, answers: ["O1"] }));
    expect(second).not.toBe(first);
    // A pass of the judgment before is worth nothing for this one.
    expect(await append(skeptic("passed", first))).toMatchObject({
      code: 1,
      text: expect.stringContaining("newest judgment"),
    });
    expect((await append(skeptic("passed", second))).code).toBe(0);
    expect((await research("status", file)).text).toContain("ready to be finished");
    expect((await append({ ...done, judgment_hash: second })).code).toBe(0);
    expect((await research("status", file)).text).toContain("finished: decision_ready");
    expect(await append(EVIDENCE)).toMatchObject({ code: 1, text: expect.stringContaining("the run is finished") });
    expect(await research("check", file)).toEqual({ code: 0, text: "good" });
    expect(read().events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("tells a judgment that somebody changed afterwards", async () => {
    const { research, append, file, read, put } = await begin();
    await append(EVIDENCE);
    await append(TRADEOFFS);
    await append({ type: "judgment_created", judgment: JUDGMENT });
    const run = read();
    put({
      ...run,
      events: run.events.map((event) =>
        "judgment" in event ? { ...event, judgment: { ...JUDGMENT, claim: "It is faster." } } : event,
      ),
    });
    expect(await research("check", file)).toMatchObject({
      code: 1,
      text: expect.stringContaining("judgment_hash is not that of the judgment"),
    });
    put({ ...run, events: run.events.slice(1) });
    expect((await research("check", file)).code).toBe(1);
  });

  it("has one writer at a time, and an unfit event leaves it as it was", async () => {
    const { root, append, file, read } = await begin();
    const before = read();
    expect((await append({ ...EVIDENCE, evidence: [] })).code).toBe(1);
    expect(read()).toEqual(before);
    writeFileSync(join(root, `${file}.lock`), "1");
    expect(await append(EVIDENCE)).toMatchObject({
      code: 1,
      text: expect.stringContaining("another runner writes it"),
    });
    expect(read()).toEqual(before);
    expect(existsSync(join(root, `${file}.lock`))).toBe(true);
  });

  it("says how it is used", async () => {
    const { research } = await begin();
    expect(await research("wander")).toMatchObject({ code: 2, text: expect.stringContaining("usage:") });
    expect((await research("check", "nowhere.json")).code).toBe(2);
  });
});

describe("the schema of a research run", () => {
  const isFit = new Ajv2020({ strict: false }).compile(SCHEMA);

  it("judges as the runner does", async () => {
    const { research, append, file, read, put } = await begin();
    await append(EVIDENCE);
    const good = read();
    const [event] = good.events;
    const changed: [name: string, run: unknown][] = [
      ["as it is", good],
      ["an unknown member", { ...good, mood: "fine" }],
      ["no question", { ...good, question: "" }],
      ["another version", { ...good, version: 2 }],
      ["no rival", { ...good, rivals: [] }],
      ["too many families", { ...good, min_source_families: 11 }],
      ["half a family", { ...good, min_source_families: 1.5 }],
      ["an id that is none", { ...good, run_id: "Cache" }],
      ["events that are no list", { ...good, events: {} }],
      ["an event of no kind", { ...good, events: [{ ...event, type: "guessed" }] }],
      ["an event without its time", { ...good, events: [{ ...event, at: undefined }] }],
      ["a time that is none", { ...good, events: [{ ...event, at: "yesterday" }] }],
      ["evidence of another kind", { ...good, events: [{ ...event, evidence: [piece("E1", "felt", "gut")] }] }],
      ["evidence with a bad id", { ...good, events: [{ ...event, evidence: [piece("1", "observed", "gut")] }] }],
      ["no object", []],
    ];
    const verdicts: [string, boolean, boolean][] = [];
    for (const [name, run] of changed) {
      put(run);
      verdicts.push([name, isFit(JSON.parse(JSON.stringify(run))), (await research("check", file)).code === 0]);
    }
    expect(verdicts).toEqual(changed.map(([name]) => [name, name === "as it is", name === "as it is"]));
  });
});

describe("the schema of a checkpoint", () => {
  const assets = "skills/execution-state/assets";
  const isFit = new Ajv2020({ strict: false }).compile(
    JSON.parse(readFileSync(`${assets}/checkpoint.schema.json`, "utf8")),
  );
  const example = JSON.parse(readFileSync(`${assets}/checkpoint.example.json`, "utf8"));

  it.each([
    ["the example", {}, true],
    ["another phase", { phase: "dreaming" }, false],
    ["nothing to do next", { next_action: "" }, false],
    ["blocked by nothing", { phase: "blocked" }, false],
    ["blocked by something", { phase: "blocked", blockers: ["The key, which Ada has"] }, true],
    ["a head that is none", { head_sha: "main" }, false],
    ["a member that nobody knows", { mood: "fine" }, false],
    ["too much of it", { evidence: Array(51).fill("seen") }, false],
  ])("takes %s: %j, %s", (_, change, good) => {
    expect(isFit({ ...example, ...change })).toBe(good);
  });
});
