import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { maestro } from "../e2e/program.ts";
import { BOARDS, CODE, type Day, newDay } from "./day/ground.ts";
import { judgeDay } from "./day/judge.ts";
import { labelsOf, People, stateOf } from "./day/people.ts";
import { Weather } from "./day/weather.ts";

/** MAESTRO_DAY_SEED plays a day's kills and faults again. */
const SEED = Number(process.env.MAESTRO_DAY_SEED ?? Date.now() % 1_000_000);
const KILLS = 12;
const LONGEST_MS = 240_000;
const ATTENTION = "maestro:needs-attention";

it(`20 issues, five profiles, seed ${SEED}: everything ends done or visibly parked, once, and says why`, async () => {
  const random = seededRandom(SEED);
  const day = await newDay();
  const [people, weather] = [new People(day), new Weather(day, random)];
  const begun = Date.now();
  for (const desk of day.desks) desk.start();
  let nextKill = begun + 1_500;
  let kills = 0;
  while (openIssues(day).length > 0) {
    if (Date.now() - begun > LONGEST_MS) throw new Error(`seed ${SEED}: still open:\n${await whyOpen(day)}`);
    if (kills < KILLS && Date.now() > nextKill) {
      kills += 1;
      weather.worsen();
      // Most work is done by the first one.
      const desk = random.next() < 0.5 ? day.desks[0] : random.pick(day.desks);
      await desk?.kill();
      await delay(random.integer(500));
      desk?.start();
      nextKill = Date.now() + 500 + random.integer(2_500);
    }
    await people.look();
    for (const desk of day.desks) desk.watch();
    await delay(100);
  }
  weather.clear();
  const took = Date.now() - begun;
  // What is left to do is theirs: branches, workspaces, claims.
  while (leftOvers(day).length > 0) {
    if (Date.now() - begun > LONGEST_MS) throw new Error(`seed ${SEED}: left: ${leftOvers(day).join(", ")}`);
    await delay(100);
  }
  for (const desk of day.desks) await desk.stop();
  process.stdout.write(`seed ${SEED}: ${took} ms, ${kills} kills, faults ${JSON.stringify(weather.met())}\n`);
  expect(await judgeDay(day), `seed ${SEED}`).toEqual([]);
  expect(kills, `seed ${SEED}`).toBeGreaterThanOrEqual(KILLS / 2);
  expect(Object.keys(weather.met()), `seed ${SEED}`).toEqual(
    expect.arrayContaining(["drop_after", "drop_before", "status", "stale", "rate_limit"]),
  );
}, 420_000);

/** Identifiers of the issues that are neither done nor wait for a person, as their trackers show them. */
function openIssues({ linear, github }: Day): string[] {
  const code = CODE.flatMap((_, at) => {
    const isOver = stateOf(linear, at + 1) === "Done" || labelsOf(linear, at + 1).includes(ATTENTION);
    return isOver ? [] : [`ENG-${at + 1} (${stateOf(linear, at + 1)})`];
  });
  const boards = BOARDS.flatMap(({ repo, titles }) => {
    const repoId = github.data.repos.find(({ name }) => name === repo)?.id;
    return github.data.issues.flatMap((issue) => {
      if (issue.repoId !== repoId || issue.isPull) return [];
      const route = /to (\w+)$/.exec(titles[issue.number - 1] ?? "")?.[1];
      const isOver = issue.labels.includes(`status:${route}`) || issue.labels.includes(ATTENTION);
      return isOver ? [] : [`${repo}#${issue.number} (${issue.labels.join(" ")})`];
    });
  });
  return [...code, ...boards];
}

/** What Maestro itself says of every issue that is still open. */
async function whyOpen(day: Day): Promise<string> {
  const told = openIssues(day).map(async (name) => {
    const issue = name.split(" ")[0] ?? "";
    const desk = day.desks.find(
      ({ profile }) => profile === BOARDS.find(({ repo }) => issue.startsWith(repo))?.profile,
    );
    const place = (desk ?? day.desks[0])?.place;
    return place === undefined ? name : `${name}\n${(await maestro(place, "explain", issue)).out}`;
  });
  return (await Promise.all(told)).join("\n");
}

/** Branches of merged changes. */
function leftOvers({ github }: Day): string[] {
  const refs = [...github.git("acme", "app").refs().keys()].map((name) => name.replace("refs/heads/", ""));
  return github.data.pulls.flatMap(({ head, mergedAt }) => (mergedAt !== null && refs.includes(head) ? [head] : []));
}
