import { type Exported, exported, issuesOfLanes } from "../../e2e/documents.ts";
import { processesOf } from "../../e2e/ground.ts";
import { maestro } from "../../e2e/program.ts";
import { BOARDS, CODE, type Day, type Desk } from "./ground.ts";
import { cardOf, issueOf, labelsOf, stateOf } from "./people.ts";

const ATTENTION = "maestro:needs-attention";
/** What a decision is; each has to say why. */
const DECISIONS = [
  ...["lane_opened", "work_enqueued", "work_canceled", "work_closed", "lane_staged", "lane_closed", "lane_parked"],
  ...["lane_unparked", "retry_cleared"],
];

/** Everything that is wrong with the day, in words: by the fakes, by Git, by the agents, and by the record held against them. */
export async function judgeDay(day: Day): Promise<string[]> {
  const broken = [...judgeCode(day), ...judgeChanges(day), ...judgeBoards(day), ...judgeComments(day)];
  for (const desk of day.desks) broken.push(...judgeAgents(desk), ...(await judgeRecord(desk)));
  return [...broken, ...(await judgeEffects(day))];
}

/** Which issues of code have to end how, by their titles. */
function judgeCode({ linear, github }: Day): string[] {
  const main = github.git("acme", "app");
  const files = main.git(["ls-tree", "-r", "--name-only", "main"]).split("\n");
  return CODE.flatMap((title, at) => {
    const [number, identifier] = [at + 1, `ENG-${at + 1}`];
    const isParked = title.includes("closes") || title.includes("fails");
    const isMerged = files.includes(`work/${identifier}.txt`);
    const isDone = stateOf(linear, number) === "Done";
    if (isParked && labelsOf(linear, number).includes(ATTENTION) && !isMerged && !isDone) return [];
    if (!isParked && isMerged && isDone) return [];
    return [`${identifier} (${title}) ended as ${stateOf(linear, number)}, merged: ${isMerged}`];
  });
}

/** One change and one merge per issue, one commit per merge, and no branch of a merged change. */
function judgeChanges({ github }: Day): string[] {
  const { data, server } = github;
  const issues = data.pulls.map(({ head }) => issueOf(head));
  const merges = server.log.effects("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge").map(({ path }) => path);
  const merged = data.pulls.filter(({ mergedAt }) => mergedAt !== null);
  const commits = github.git("acme", "app").git(["log", "--format=%s", "main"]).split("\n").length - 1;
  const shared = github.git("acme", "app").git(["show", "main:shared.txt"]);
  const made = server.log.effects("POST /repos/{owner}/{repo}/pulls");
  return [
    ...doubled(issues).map((issue) => `${issue} has two changes`),
    ...doubled(merges).map((path) => `merged twice: ${path}`),
    ...(made.length === data.pulls.length ? [] : [`${made.length} changes were made for ${data.pulls.length}`]),
    ...(commits === merged.length ? [] : [`${merged.length} merges, but ${commits} commits on main`]),
    ...data.pulls
      .filter((pull) => pull.mergedAt === null && cardOf(github, pull).state === "open")
      .map(({ head }) => `the change of ${head} is still open`),
    ...["ENG-4", "ENG-5"].filter((issue) => !shared.includes(issue)).map((issue) => `the line of ${issue} was lost`),
    ...unreviewed(github),
  ];
}

/** Merges of heads that CI had not passed or alice not approved. */
function unreviewed({ data }: Day["github"]): string[] {
  return data.pulls.flatMap(({ id, head, headSha, mergedAt }) => {
    if (mergedAt === null) return [];
    const isGreen = data.checkRuns.some(({ sha, conclusion }) => sha === headSha && conclusion === "success");
    const review = data.reviews.findLast((one) => one.pullId === id && one.commitSha === headSha);
    return isGreen && review?.state === "APPROVED" ? [] : [`${head} was merged without a yes`];
  });
}

/** The results of the other profiles, as GitHub shows them. */
function judgeBoards({ github }: Day): string[] {
  return BOARDS.flatMap(({ repo, titles }) => {
    const repoId = github.data.repos.find(({ name }) => name === repo)?.id;
    return titles.flatMap((title, at) => {
      const issue = github.data.issues.find((one) => one.repoId === repoId && one.number === at + 1);
      const name = `${repo}#${at + 1}`;
      if (issue === undefined) return [`${name} is gone`];
      const states = issue.labels.filter((label) => label.startsWith("status:"));
      const route = /to (\w+)$/.exec(title)?.[1];
      const results = github.data.comments.filter(
        ({ issueId, body }) => issueId === issue.id && body.includes("topic=result"),
      );
      const isRight =
        route === undefined
          ? issue.labels.includes(ATTENTION) && results.length === 0
          : states.join() === `status:${route}` && results.length === 1 && !issue.labels.includes(ATTENTION);
      const lost = issue.labels.includes("kept") ? [] : [`${name} lost a label of its author`];
      return [
        ...lost,
        ...(isRight ? [] : [`${name} (${title}): ${issue.labels.join(", ")}; ${results.length} results`]),
      ];
    });
  });
}

/** No two comments of Maestro's on one topic of an issue, and none that was made twice. */
function judgeComments({ linear, github }: Day): string[] {
  const onLinear = linear.data.comments.map(({ issueId, body }) => `${issueId} ${body}`);
  const onGithub = github.data.comments
    .filter(({ author }) => author === "maestro")
    .map(({ issueId, body }) => `${issueId} ${body}`);
  const topics = [...onLinear, ...onGithub].flatMap((line) => {
    const topic = /topic=(\S+)/.exec(line)?.[1];
    return topic === undefined ? [] : [`${line.split(" ")[0]} ${topic}`];
  });
  return [
    ...doubled(topics).map((topic) => `two comments on ${topic}`),
    ...doubled([...onLinear, ...onGithub]).map((line) => `said twice: ${line}`),
  ];
}

/** No two runs of an issue at once, no run twice, nobody left. */
function judgeAgents(desk: Desk): string[] {
  const { profile, place } = desk;
  const lines = desk.agents();
  const starts = lines.filter(({ event }) => event === "start").map(({ issue, run }) => `${issue} run ${run}`);
  return [
    ...desk.together,
    ...doubled(starts).map((start) => `${profile}: ${start} was started twice`),
    ...processesOf(place.root).map(({ command }) => `${profile}: a process is left: ${command}`),
  ];
}

async function judgeRecord(desk: Desk): Promise<string[]> {
  const { place, profile } = desk;
  const events = await exported(place);
  const issues = issuesOfLanes(events);
  const started = desk.agents().filter(({ event }) => event === "start");
  const granted = new Set(
    events.filter(({ type }) => type === "work_enqueued").map((event) => keyOf(issues, event, event.data.run)),
  );
  const ends = events.filter(({ type }) => type === "outbox_settled").map(({ data }) => String(data.key));
  const broken = [
    ...desk.errors.map((error) => `${profile} printed: ${error}`),
    ...events
      .filter((event) => DECISIONS.includes(event.type) && !saysWhy(event))
      .map(({ type, seq }) => `${profile}: ${type} (${seq}) does not say why`),
    ...started
      .filter(({ issue, run }) => !granted.has(`${issue} ${run}`))
      .map(({ issue, run }) => `${profile}: run ${run} of ${issue} was never decided on`),
    ...events
      .filter(({ type }) => type === "outbox_planned")
      .filter(({ data }) => ends.filter((key) => key === data.key).length !== 1)
      .map(({ data }) => `${profile}: ${String(data.key)} has not one end`),
  ];
  for (const issue of toExplain(events, issues)) {
    const { code, out } = await maestro(place, "explain", issue);
    if (code !== 0 || out.trim() === "") broken.push(`${profile}: nothing explains ${issue}`);
  }
  const verified = await maestro(place, "record", "verify");
  return verified.code === 0 ? broken : [...broken, `${profile}: ${verified.out}${verified.err}`];
}

/** Whatever was parked, and the first issue for those that were not: a look at each takes a process. */
function toExplain(events: readonly Exported[], issues: ReadonlyMap<string, string>): Set<string> {
  const parked = events.filter(({ type }) => type === "lane_parked").map(({ lane_id }) => issues.get(lane_id ?? ""));
  return new Set([...parked, [...issues.values()][0]].filter((issue) => issue !== undefined));
}

function keyOf(issues: ReadonlyMap<string, string>, { lane_id }: Exported, run: unknown): string {
  return `${issues.get(lane_id ?? "")} ${String(run)}`;
}

/** A code and a sentence, where decisions carry them. */
function saysWhy({ data }: Exported): boolean {
  const why = { ...data, ...(typeof data.reason === "object" ? data.reason : {}) };
  return "code" in why && "sentence" in why && why.code !== "" && String(why.sentence).trim() !== "";
}

/** Every change and merge that GitHub saw is on record as done, and the other way round. */
async function judgeEffects({ github, desks }: Day): Promise<string[]> {
  const [code] = desks;
  if (code === undefined) return ["nobody writes code"];
  const events = await exported(code.place);
  const done = new Set(
    events.filter(({ type, data }) => type === "outbox_settled" && data.state === "done").map(({ data }) => data.key),
  );
  const count = (kind: string): number =>
    new Set(
      events.flatMap(({ type, data: { key, intent } }) =>
        type === "outbox_planned" && done.has(key) && isKind(intent, kind) ? [String(key).split("/")[0]] : [],
      ),
    ).size;
  const merged = github.data.pulls.filter(({ mergedAt }) => mergedAt !== null).length;
  const made = github.data.pulls.length;
  return [
    ...(count("ensure_change") === made ? [] : [`${made} changes, on record ${count("ensure_change")}`]),
    ...(count("merge") === merged ? [] : [`${merged} merges, on record ${count("merge")}`]),
  ];
}

function isKind(intent: unknown, kind: string): boolean {
  return typeof intent === "object" && intent !== null && "kind" in intent && intent.kind === kind;
}

function doubled(list: readonly string[]): string[] {
  return [...new Set(list.filter((one, at) => list.indexOf(one) !== at))];
}
