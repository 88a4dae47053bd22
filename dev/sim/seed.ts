import type { Mutation } from "./daemon.ts";
import type { StoredEvent } from "../../src/model/events/envelope.ts";
import type { OutsideLog } from "./outside-log.ts";
import { isLazy, World } from "./world.ts";

/** What a seed came to. */
export interface SeedResult {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly agentRuns: number;
  readonly deaths: number;
  readonly calls: number;
  /** What still waited at the end, and why. */
  readonly waiting: readonly string[];
  /** For whoever replays it. */
  readonly log: OutsideLog;
  /** What Maestro itself put on record; the judge never sees it. */
  readonly events: readonly StoredEvent[];
}

/** Turbulent time, milliseconds of the simulation. */
const TURBULENCE_MS = 20 * 60_000;
/** Longest time until everything must have ended once nobody disturbs any more. */
const RECOVERY_ROUNDS = 60;
const ROUND_MS = 60_000;
const ISSUES = 6;

/** Lives through one seed: turbulence, then peace, then judgement. */
export async function runSeed(seed: number, mutation: Mutation | null = null): Promise<SeedResult> {
  const world = await World.create(seed, mutation);
  const broken: string[] = [];
  let waiting: readonly string[] = [];
  try {
    await world.boot();
    await (isLazy(seed) ? idleness(world) : turbulence(world));
    await peace(world);
    waiting = world.waiting();
    await world.stop();
  } catch (error) {
    broken.push(
      `the service hung or broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
  broken.push(...(await world.verdict()));
  const { log } = world;
  return {
    seed,
    broken,
    agentRuns: log.agents.filter((line) => line.event === "start").length,
    deaths: log.deaths.length,
    calls: log.calls.length,
    waiting,
    log,
    events: await world.events(),
  };
}

/** Nobody disturbs agents of which most do nothing: what is started is then Maestro's own decision. */
async function idleness(world: World): Promise<void> {
  for (let created = 0; created < ISSUES; created += 1) {
    await world.people.create();
    await world.pass(TURBULENCE_MS / ISSUES);
  }
}

async function turbulence(world: World): Promise<void> {
  const { random, people, clock } = world;
  const end = clock.now() + TURBULENCE_MS;
  let created = 0;
  while (clock.now() < end) {
    await world.pass(500 + random.integer(30_000));
    const dice = random.next();
    if (created < ISSUES && dice < 0.35) {
      created += 1;
      await people.create();
    } else if (dice < 0.72) await people.act();
    else if (dice < 0.75) await askOfLane(world);
    else if (dice < 0.82) world.reload(1 + random.integer(4));
    else if (dice < 0.86) await world.ask(random.pick(["pause", "resume", "refresh"]));
    else if (dice < 0.91) world.freeze(5_000 + random.integer(115_000));
    else if (dice < 0.97) await restart(world, true);
    else await restart(world, false);
  }
}

/** A person asks something of an issue, whether it makes sense or not. */
async function askOfLane(world: World): Promise<void> {
  const issues = await world.people.issues();
  if (issues.length === 0) return;
  const { id } = world.random.pick(issues);
  await world.ask(world.random.pick(["park", "unpark", "retry", "stop_work"]), { issue: id });
}

async function restart(world: World, isCrash: boolean): Promise<void> {
  if (isCrash) world.crash();
  else await world.stop();
  await world.pass(world.random.integer(15_000));
  await world.boot();
}

/** Nobody disturbs any more, people answer what is asked: everything has to end. */
async function peace(world: World): Promise<void> {
  world.quieten();
  await world.ask("resume");
  for (let round = 0; round < RECOVERY_ROUNDS; round += 1) {
    await world.people.help();
    const open = (await world.people.issues()).filter((issue) => !["Done", "Canceled"].includes(issue.state));
    if (open.length === 0) break;
    for (const issue of open) {
      await world.ask("unpark", { issue: issue.id });
      if (round % 10 === 9 && issue.state !== "Todo") await world.people.restart(issue);
    }
    await world.pass(ROUND_MS);
  }
  await world.pass(2 * ROUND_MS);
}
