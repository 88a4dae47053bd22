import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { sleepWith, systemClock } from "../../src/base/clock.ts";
import { memoryLog } from "../../src/base/log.ts";
import { type WorkflowChange, type WorkflowSource, watchWorkflow } from "../../src/workflow/index.ts";
import { failureOf, LEAST, put, temporaryFolder, testKinds } from "./fixture.ts";

const sources: WorkflowSource[] = [];

afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()));
});

/** Timers never fire: whatever is taken up is taken up by `recheck`. */
function frozenClock(): Clock {
  const setTimer: Clock["setTimer"] = () => ({ cancel: () => undefined });
  return { now: () => 0, monotonic: () => 0, setTimer, sleep: (ms, signal) => sleepWith(setTimer, ms, signal) };
}

interface Followed {
  readonly source: WorkflowSource;
  readonly changes: WorkflowChange[];
  readonly folder: string;
  readonly log: ReturnType<typeof memoryLog>;
  readonly environment: Record<string, string | undefined>;
  write(frontMatter: string, body?: string): void;
  /** Resolves with the next change. */
  next(): Promise<WorkflowChange>;
}

async function follow(
  frontMatter: string,
  options: { clock?: Clock; files?: Readonly<Record<string, string>> } = {},
): Promise<Followed> {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(options.files ?? {})) put(folder, name, text);
  const path = join(folder, "WORKFLOW.md");
  const log = memoryLog();
  const changes: WorkflowChange[] = [];
  const environment: Record<string, string | undefined> = {};
  let wake: (change: WorkflowChange) => void = () => undefined;
  const write = (yaml: string, body = "Do it."): void => writeFileSync(path, `---\n${yaml}\n---\n${body}\n`);
  write(frontMatter);
  const source = await watchWorkflow({
    path,
    kinds: testKinds(),
    environment,
    home: "/home/of/maestro",
    log,
    clock: options.clock ?? frozenClock(),
    onChange: (change) => {
      changes.push(change);
      wake(change);
    },
  });
  sources.push(source);
  const next = (): Promise<WorkflowChange> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  return { source, changes, folder, log, environment, write, next };
}

const turns = (count: number): string => `${LEAST}\nagent: {max_turns: ${count}}`;

describe("a workflow file that is followed", () => {
  test("S-079 rejects when it is bad at the start", async () => {
    expect((await failureOf(follow("tracker: []"))).code).toBe("invalid_workflow");
  });

  test("S-073, S-075, S-077 a change is taken up by recheck, once", async () => {
    const { source, changes, write } = await follow(turns(3));
    const before = source.current();
    write(turns(4));
    await source.recheck();
    await source.recheck();
    expect(source.current().agent.maxTurns).toBe(4);
    expect(changes).toEqual([{ workflow: source.current() }]);
    expect(before.agent.maxTurns).toBe(3);
  });

  test("a touch that changes nothing is no change", async () => {
    const { source, changes, write } = await follow(turns(3));
    const before = source.current();
    write(turns(3));
    await source.recheck();
    expect(source.current()).toBe(before);
    expect(changes).toEqual([]);
  });

  test("S-078, S-080 a bad file keeps the last good one, and its problem is told once", async () => {
    const { source, changes, write, log } = await follow(turns(3));
    const good = source.current();
    write(turns(0));
    await source.recheck();
    await source.recheck();
    expect(source.current()).toBe(good);
    expect(source.problem()).toMatchObject({ code: "invalid_workflow" });
    expect(source.problem()?.message).toMatch(/^WORKFLOW\.md:5:20 agent\.max_turns/);
    expect(changes).toEqual([{ error: source.problem() }]);
    expect(log.entries.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test("another problem is told again, and the mended file ends it", async () => {
    const { source, changes, write } = await follow(turns(3));
    const good = source.current();
    for (const broken of [turns(0), "a: [", turns(3)]) {
      write(broken);
      await source.recheck();
    }
    expect(changes.map((change) => ("error" in change ? change.error.code : "workflow"))).toEqual([
      "invalid_workflow",
      "workflow_parse_error",
      "workflow",
    ]);
    expect(source.problem()).toBeNull();
    expect(source.current()).toBe(good);
  });

  test("a file that went away is a problem, not the end", async () => {
    const { source, folder, write } = await follow(turns(3));
    rmSync(join(folder, "WORKFLOW.md"));
    await source.recheck();
    expect(source.problem()?.code).toBe("missing_workflow_file");
    write(turns(5));
    await source.recheck();
    expect(source.problem()).toBeNull();
    expect(source.current().agent.maxTurns).toBe(5);
  });

  test("a problem outside the file is looked at again without a change of it", async () => {
    const { source, write, environment } = await follow(turns(3));
    write(`${LEAST}\nhooks: {env: {A: $LATER}}`);
    await source.recheck();
    expect(source.problem()?.message).toContain("LATER is not set");
    environment.LATER = "now";
    await source.recheck();
    expect(source.current().hooks.env).toEqual({ A: "now" });
  });

  test("the profile's file counts as well, also one that appears", async () => {
    const { source, folder } = await follow(turns(3));
    const profile = [
      "kind: triage",
      "version: 1",
      "routes: {a: {category: todo, action: dispatch}, b: {category: done, action: stop}}",
      "completion: {routes: [b], delivers_change: false}",
      "tools: []",
    ].join("\n");
    put(folder, ".maestro/profiles/triage.md", `---\n${profile}\n---\nMine.\n`);
    await source.recheck();
    expect(source.current().profile.prompt).toBe("Mine.");
    put(folder, ".maestro/profiles/triage.md", `---\n${profile}\n---\nMine again.\n`);
    await source.recheck();
    expect(source.current().profile.prompt).toBe("Mine again.");
    put(folder, ".maestro/profiles/triage/words.md", "Kind words.");
    await source.recheck();
    expect(source.current().profile.parts?.["profile/words"]?.text).toBe("Kind words.");
    put(folder, ".maestro/profiles/triage/words.md", "Few words.");
    await source.recheck();
    expect(source.current().profile.parts?.["profile/words"]?.text).toBe("Few words.");
  });

  test("S-073 the watch itself takes up a part that changes", async () => {
    const profile =
      "kind: triage\nversion: 1\nroutes: {a: {category: todo, action: dispatch}, b: {category: done, action: stop}}\ncompletion: {routes: [b], delivers_change: false}\ntools: []";
    const files = {
      ".maestro/profiles/triage.md": `---\n${profile}\n---\n{% render 'profile/words' %}\n`,
      ".maestro/profiles/triage/words.md": "Kind words.",
    };
    const { source, folder, next } = await follow(turns(3), { clock: systemClock(), files });
    const fewer = next();
    put(folder, ".maestro/profiles/triage/words.md", "Few words.");
    await fewer;
    expect(source.current().profile.parts?.["profile/words"]?.text).toBe("Few words.");
  });

  test("what a file says without being in force is logged, at the start and after a change", async () => {
    const { source, write, log } = await follow(`${LEAST}\nworker: {max_concurrent_agents_per_host: 1}`);
    write(`${LEAST}\n\nworker: {max_concurrent_agents_per_host: 1}`);
    await source.recheck();
    const warned = log.entries.filter(({ level }) => level === "warn").map(({ fields }) => String(fields.sentence));
    expect(warned.map((sentence) => sentence.split(" ")[0])).toEqual(["WORKFLOW.md:5:10", "WORKFLOW.md:6:10"]);
  });

  test("handed out snapshots stay to be found by their hash", async () => {
    const { source, write } = await follow(turns(1));
    const held = source.current();
    const hashes = [held.hash];
    for (let count = 2; count <= 30; count += 1) {
      write(turns(count));
      await source.recheck();
      hashes.push(source.current().hash);
    }
    expect(new Set(hashes).size).toBe(30);
    for (const hash of hashes.slice(-20)) expect(source.byHash(hash)?.hash).toBe(hash);
    // More than 20 files ago, but somebody still holds it.
    expect(source.byHash(held.hash)).toBe(held);
    expect(source.byHash("nothing")).toBeUndefined();
  });

  test("S-073 the watch itself takes up changes, good and bad", async () => {
    const { source, write, next } = await follow(turns(3), { clock: systemClock() });
    const bad = next();
    write(turns(0));
    expect(await bad).toHaveProperty("error.code", "invalid_workflow");
    const good = next();
    write(turns(7));
    expect(await good).toHaveProperty("workflow.agent.maxTurns", 7);
    expect(source.current().agent.maxTurns).toBe(7);
  });

  test("after close nothing is taken up any more", async () => {
    const { source, changes, write } = await follow(turns(3));
    await source.close();
    await source.close();
    write(turns(4));
    await source.recheck();
    expect(changes).toEqual([]);
  });
});
