import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { RecoveryDocument } from "../../src/model/documents/recovery.ts";
import { filesIn, git, newPlace, processesOf, writeFiles } from "../e2e/ground.ts";
import { document, maestro, type Place, startMaestro } from "../e2e/program.ts";

const HAND_OFF = [
  { do: "write", path: "greeting.txt", text: "Hello.\n" },
  { do: "call", tool: "run_handoff", arguments: { summary: "Added a greeting." } },
  { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
];
const LONG = [
  { do: "write", path: "half.txt", text: "Half done.\n" },
  { do: "spawn", command: "exec setsid sleep 1000" },
  { do: "ignore_signals" },
  { do: "sleep", ms: 600_000 },
];

function workflow(root: string): string {
  const front = {
    workflow: {
      profile: {
        kind: "coding_pr_delivery",
        version: 1,
        options: { landing: { when: "when_green", validation_alone: true } },
      },
    },
    tracker: { kind: "local" },
    repo: { path: ".", base_branch: "main", provider: { kind: "local", repository: join(root, "forge.git") } },
    validation: { commands: ["test -f greeting.txt"] },
    polling: { interval_ms: 300 },
    agent: { max_concurrent_agents: 2, max_turns: 1 },
    agent_runtime: { sandbox: "none" },
    agent_provider: {
      kind: "mock",
      options: { scripts: { "ONE-1": { runs: [HAND_OFF] }, "TWO-2": { runs: [LONG] }, default: { runs: [LONG] } } },
    },
    workspace: { min_free_bytes: 1 },
  };
  return `---\n${JSON.stringify(front)}\n---\nDo it.\n`;
}

/** A project with an issue that lands and one whose agent works for ever. */
async function aProject() {
  const place = await newPlace();
  const issue = (title: string) => `---\ntitle: ${title}\nstate: Todo\n---\nDo it.\n`;
  await writeFiles(place.cwd, {
    "README.md": "A project.\n",
    ".maestro/issues/ONE-1.md": issue("One"),
    ".maestro/issues/TWO-2.md": issue("Two"),
    "WORKFLOW.md": workflow(place.root),
  });
  git(place.cwd, "init", "--quiet", "--initial-branch=main");
  git(place.cwd, "add", "--all");
  git(place.cwd, "commit", "--quiet", "--message", "First");
  return place;
}

const stateOf = (place: Place, name: string): string | undefined =>
  /^state: (.*)$/m.exec(readFileSync(join(place.cwd, ".maestro/issues", `${name}.md`), "utf8"))?.[1];

/** What `maestro recover` says, with its exit code. */
async function recover(place: Place, ...words: readonly string[]) {
  const { code, out, err } = await maestro(place, "recover", "--json", ...words);
  if (code !== 0 && code !== 1) throw new Error(`recover ended with ${code}: ${out}${err}`);
  const told: RecoveryDocument = JSON.parse(out);
  return { code, told, names: told.leftovers.map(({ kind, name, state }) => `${kind} ${name} ${state}`).sort() };
}

it("after kill -9 and with leftovers: recover tells, a dry run changes nothing, apply mends, a second one finds nothing", async () => {
  const place = await aProject();
  const repository = join(place.root, "forge.git");
  const daemon = startMaestro(place);
  await daemon.line(/ONE-1.*finished/);
  while (!processesOf(place.root).some(({ issue }) => issue === "TWO-2")) await daemon.line(/./);
  const halves = () => Object.keys(filesIn(place.home)).filter((path) => /workspaces\/[^/]+\/half\.txt$/.test(path));
  while (halves().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(stateOf(place, "ONE-1")).toBe("Done");
  await daemon.end("SIGKILL");
  expect(processesOf(place.root).length).toBeGreaterThan(0);

  const [project = ""] = readdirSync(join(place.home, "projects"));
  const state = join(place.home, "projects", project);
  // A folder that no lane owns, and one commit on a branch that nobody needs, at the remote and here.
  await writeFiles(join(state, "workspaces/GHOST-7"), { "notes.txt": "Precious.\n" });
  const side = join(place.root, "side");
  git(place.root, "clone", "--quiet", repository, side);
  git(side, "checkout", "--quiet", "-b", "maestro/lost-8");
  await writeFiles(side, { "lost.txt": "Only here.\n" });
  git(side, "add", "--all");
  git(side, "commit", "--quiet", "--message", "Lost");
  git(side, "push", "--quiet", "origin", "maestro/lost-8");
  const head = git(side, "rev-parse", "HEAD");
  const lanes = join(state, "git/lanes");
  const [known = ""] = readdirSync(lanes).filter((name) => name.startsWith("TWO-2"));
  cpSync(join(lanes, known), join(lanes, "GONE-9.git"), { recursive: true });
  writeFileSync(join(lanes, "GONE-9.git/HEAD"), "ref: refs/heads/maestro/gone-9\n");
  const env = {
    ...process.env,
    GIT_DIR: join(lanes, "GONE-9.git"),
    GIT_OBJECT_DIRECTORY: join(state, "mirror/objects"),
  };
  const inLane = (...words: readonly string[]) => execFileSync("git", words, { env, encoding: "utf8" }).trim();
  const who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.invalid"];
  const base = git(place.cwd, "rev-parse", "main");
  const gone = inLane(...who, "commit-tree", `${base}^{tree}`, "-p", base, "-m", "Only here");
  inLane("update-ref", "refs/heads/maestro/gone-9", gone);
  // A merge that its issue does not show.
  const one = join(place.cwd, ".maestro/issues/ONE-1.md");
  writeFileSync(one, readFileSync(one, "utf8").replace("state: Done", "state: In Review"));

  const places = () => [
    ...["workspaces", "salvage", "git"].map((name) =>
      existsSync(join(state, name)) ? filesIn(join(state, name)) : {},
    ),
    filesIn(join(place.cwd, ".maestro")),
    git(repository, "for-each-ref"),
  ];
  const before = places();
  const processes = processesOf(place.root).length;
  const found = [
    "ghost_workspace GHOST-7 found",
    "lost_lease TWO-2 found",
    "merged_open_issue ONE-1 found",
    "orphaned_local_branch maestro/gone-9 found",
    "orphaned_remote_branch maestro/lost-8 found",
  ];
  for (const words of [[], ["--dry-run"], ["--dry-run", "--apply"]]) {
    const dry = await recover(place, ...words);
    expect([dry.code, dry.told.applied]).toEqual([1, false]);
    expect(dry.names).toEqual(found);
  }
  expect(places()).toEqual(before);
  expect(processesOf(place.root)).toHaveLength(processes);

  const applied = await recover(place, "--apply");
  expect(applied.names).toEqual(found.map((line) => line.replace(/found$/, "mended")));
  expect(applied.code).toBe(0);
  expect(processesOf(place.root)).toEqual([]);
  expect(stateOf(place, "ONE-1")).toBe("Done");
  expect(existsSync(join(state, "workspaces/GHOST-7"))).toBe(false);
  expect(existsSync(join(lanes, "GONE-9.git"))).toBe(false);
  const kept = (kind: string) => applied.told.leftovers.find((leftover) => leftover.kind === kind)?.result ?? "";
  expect(readFileSync(join(kept("ghost_workspace"), "files/notes.txt"), "utf8")).toBe("Precious.\n");
  const bundle = join(kept("orphaned_remote_branch"), "commits.bundle");
  expect(git(side, "bundle", "list-heads", bundle)).toContain(head);
  const local = join(kept("orphaned_local_branch"), "commits.bundle");
  expect(git(side, "bundle", "list-heads", local)).toContain(gone);
  expect(git(repository, "for-each-ref", "refs/heads/maestro/lost-8")).toBe("");
  expect(halves(), "what an open lane owns stays").toHaveLength(1);

  const second = await recover(place, "--apply");
  expect([second.code, second.names]).toEqual([0, []]);
  expect(await maestro(place, "record", "verify")).toMatchObject({ code: 0 });

  // The same through a running service, as a command of its inbox.
  const again = startMaestro(place);
  await again.line(/TWO-2/);
  await writeFiles(join(state, "workspaces/GHOST-10"), { "notes.txt": "Precious too.\n" });
  expect((await recover(place)).names).toEqual(["ghost_workspace GHOST-10 found"]);
  const mended = await recover(place, "--apply");
  expect([mended.code, mended.names]).toEqual([0, ["ghost_workspace GHOST-10 mended"]]);
  expect((await recover(place)).names).toEqual([]);
  await document(place, "lane", "abandon", "TWO-2", "--json");
  await again.line(/TWO-2.*finished/);
  expect(stateOf(place, "TWO-2")).toBe("Canceled");
  expect(Object.keys(filesIn(join(state, "salvage"))).join("\n")).toMatch(
    /^TWO-2.*\/(?:untracked\.tar|commits\.bundle)$/m,
  );
  await again.end("SIGTERM");
  expect((await recover(place)).names).toEqual([]);
}, 120_000);
