import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { exported, type Status, stateAt } from "./documents.ts";
import { git, processesOf } from "./ground.ts";
import { judgeAgents, judgeEffects, judgeSaid } from "./kill-judge.ts";
import { maestro, type Program, startMaestro } from "./program.ts";
import { StubbornProject } from "./stubborn-project.ts";

const KILLS = process.env.MAESTRO_LONG === "1" ? 50 : 10;
/** MAESTRO_KILL_SEED plays a seed again. */
const SEED = Number(process.env.MAESTRO_KILL_SEED ?? Date.now() % 1_000_000);
/** Issues that have not ended, at every start: there is always something to dispatch. */
const OPEN_ISSUES = 5;
/** From the start of the process to the agent's first word, on a machine that does nothing else. */
const REDISPATCH_MS = 2_000;
/** What an empty Node takes on such a machine, milliseconds; one that takes longer has been given away to others. */
const BARE_NODE_MS = 60;
const LONGEST_END_MS = 90_000;

test(`kill -9 at ${KILLS} random moments: nothing acknowledged is lost, no agent doubled, no process left`, async () => {
  const random = seededRandom(SEED);
  const project = await StubbornProject.make(random, OPEN_ISSUES + KILLS * 3);
  const watch = new Watch(project);
  const redispatches: { readonly took: number; readonly quiet: number }[] = [];
  let before = new Set<number>();
  for (let kill = 0; kill <= KILLS; kill += 1) {
    if (kill < KILLS) await project.fillUp(OPEN_ISSUES);
    const slowness = await howSlow();
    const daemon = startMaestro(project.place, "--port", "0");
    const watching = watch.follow(daemon);
    if (kill < KILLS) await delay(momentOf(random.integer(1_000), random.integer(1_000)) * Math.min(slowness, 3));
    else await untilAllDone(project, watch, daemon);
    const end = await daemon.end(kill < KILLS ? "SIGKILL" : "SIGTERM");
    await watching;
    if (kill < KILLS) expect(end, `seed ${SEED}`).toMatchObject({ signal: "SIGKILL", err: "" });
    else expect(end, `seed ${SEED}`).toMatchObject({ code: 0, err: "" });
    watch.note(end.out);
    // An agent of the daemon before may have said its first word late.
    const start = project
      .agentLines()
      .find(({ event, at, pid }) => event === "start" && at >= daemon.startedAt && !before.has(pid));
    before = new Set(processesOf(project.root).map(({ pid }) => pid));
    const lived = (watch.endedAt - daemon.startedAt) / slowness;
    if (kill > 0 && (start !== undefined || lived > REDISPATCH_MS)) {
      const took = start === undefined ? Number.POSITIVE_INFINITY : start.at - daemon.startedAt;
      redispatches.push({ took, quiet: Math.round(took / slowness) });
    }
  }
  const events = await exported(project.place);
  const broken = [
    ...watch.broken,
    ...judgeSaid(watch, events),
    ...judgeEffects(project.forgeCalls(), events),
    ...judgeAgents(project.agentLines()),
    ...judgeEnd(project),
  ];
  expect(broken, `seed ${SEED}`).toEqual([]);
  expect(await maestro(project.place, "record", "verify"), `seed ${SEED}`).toMatchObject({ code: 0 });
  redispatches.sort((left, right) => left.quiet - right.quiet);
  const told = redispatches.map(({ took, quiet }) => `${took} (${quiet})`).join(", ");
  process.stdout.write(`re-dispatch after ${redispatches.length} kills: ${told} ms; on a quiet machine in brackets\n`);
  expect(redispatches[Math.floor(redispatches.length / 2)]?.quiet, `seed ${SEED}: ${told}`).toBeLessThanOrEqual(
    REDISPATCH_MS,
  );
}, 600_000);

/** How many times slower than a quiet machine this one is now. */
async function howSlow(): Promise<number> {
  const begun = performance.now();
  await promisify(execFile)(process.execPath, ["-e", "0"]);
  return Math.max(1, (performance.now() - begun) / BARE_NODE_MS);
}

/** Some kills hit a start, most hit a service at work. */
function momentOf(kind: number, share: number): number {
  return kind < 300 ? 50 + share * 0.75 : 1_500 + share * 2;
}

/** Waits until the service says that every issue is finished; some were so in an earlier life. */
async function untilAllDone(project: StubbornProject, watch: Watch, daemon: Program): Promise<void> {
  const end = Date.now() + LONGEST_END_MS;
  const issues = Object.keys(project.states()).length;
  while (watch.answers.at(-1)?.counts.closed !== issues) {
    if (Date.now() > end || !daemon.isRunning) {
      const states = JSON.stringify(project.states());
      throw new Error(`seed ${SEED}: not everything ended:\n${states}\n${daemon.lines.join("\n")}`);
    }
    await delay(100);
  }
}

/** What Git and the processes say at the end. */
function judgeEnd(project: StubbornProject): string[] {
  const issues = Object.keys(project.states());
  const merges = git(project.repository, "log", "--first-parent", "--merges", "--format=%s", "main").split("\n");
  const files = git(project.repository, "ls-tree", "-r", "--name-only", "main").split("\n");
  const doubled = Object.entries(project.issueTexts()).filter(([, text]) => text.split("topic=hand-off").length > 2);
  return [
    ...processesOf(project.root).map(({ pid, command }) => `process ${pid} is left: ${command}`),
    ...issues
      .filter((issue) => !files.includes(`work/${issue}.txt`))
      .map((issue) => `the work on ${issue} is not in main`),
    ...(merges.length === issues.length ? [] : [`${issues.length} issues, but ${merges.length} merges`]),
    ...doubled.map(([issue]) => `${issue} has two hand-off comments`),
  ];
}

/** Looks at the service and its processes from outside while it lives. */
class Watch {
  readonly lines: string[] = [];
  readonly answers: Status[] = [];
  readonly states = new Set<string>();
  readonly broken = new Set<string>();
  endedAt = 0;
  readonly #project: StubbornProject;

  constructor(project: StubbornProject) {
    this.#project = project;
  }

  /** Until the daemon ends. */
  async follow(daemon: Program): Promise<void> {
    for (let page: string | undefined; daemon.isRunning; await delay(80)) {
      page ??= daemon.lines.map((line) => /^ +page +(http:.+)$/.exec(line)?.[1]).find((found) => found !== undefined);
      this.#lookAtProcesses();
      // An answer that the kill cut off was none.
      if (page !== undefined)
        await stateAt(page).then(
          (answer) => this.answers.push(answer),
          () => undefined,
        );
    }
    this.endedAt = Date.now();
  }

  /** Keeps what a daemon said, and what it did to the tracker. */
  note(out: string): void {
    this.lines.push(...out.split("\n"));
    for (const [issue, state] of Object.entries(this.#project.states())) this.states.add(`${issue} ${state}`);
  }

  #lookAtProcesses(): void {
    const seen = processesOf(this.#project.root);
    const runs = new Map<string, Set<string>>();
    for (const { issue, run } of seen) runs.set(issue, (runs.get(issue) ?? new Set()).add(run));
    for (const [issue, numbers] of runs) {
      if (numbers.size < 2) continue;
      // One may have ended while the others were read; both are alive only when they still are.
      const still = new Set(
        processesOf(this.#project.root)
          .filter((row) => row.issue === issue)
          .map((row) => row.run),
      );
      if ([...numbers].every((number) => still.has(number)))
        this.broken.add(`runs ${[...numbers].join(" and ")} of ${issue} are alive together`);
    }
  }
}
