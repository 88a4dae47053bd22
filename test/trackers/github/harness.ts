import type { SeedIssue, TrackerHarness } from "../../../src/contracts/conformance/tracker.ts";
import type { Tracker } from "../../../src/contracts/tracker.ts";
import { githubTracker } from "../../../src/trackers/github/index.ts";
import { type GithubStage, githubStage, tokenOf } from "../../forges/github/stage.ts";

const ISSUE = "/repos/{owner}/{repo}/issues";
const WRITES = [
  `POST ${ISSUE}`,
  `PATCH ${ISSUE}/{issue_number}`,
  `POST ${ISSUE}/{issue_number}/labels`,
  `DELETE ${ISSUE}/{issue_number}/labels/{name}`,
  `POST ${ISSUE}/{issue_number}/comments`,
  `PATCH ${ISSUE}/comments/{comment_id}`,
  "mutation updateProjectV2ItemFieldValue",
];
const READS: readonly PropertyKey[] = ["issuesByStates", "issuesByIds", "issueByIdentifier", "comments", "health"];
const SILENT: readonly PropertyKey[] = ["budget", "readDelivery", "watch", "close"];
/** The fake's time between two verbs: GitHub's instants are whole seconds. */
const BETWEEN_MS = 10_000;
/** More than a read is asked again. */
const OFTEN = 10;

type Loss = "refused" | "lost_request" | "lost_answer";
const KINDS = { refused: "status", lost_request: "drop_before", lost_answer: "drop_after" } as const;

type FakeIssue = GithubStage["fake"]["data"]["issues"][number];

/** Which of the cases' states are closed here. */
const CLOSED = ["Done", "Canceled"];

/** Puts issues into the fake as people would have made them; `ISS-7` becomes number 7. */
export function seedIssues({ fake }: GithubStage, seeds: readonly SeedIssue[]): { id: string; identifier: string }[] {
  const [repo] = fake.data.repos;
  const at = fake.server.clock.now();
  const made = seeds.map((seed, index) => {
    const number = Number(seed.identifier.split("-")[1] ?? index + 1);
    const isClosed = CLOSED.includes(seed.state);
    fake.data.issues.push({
      ...{ id: 90_000 + number, repoId: repo?.id ?? 0, number, title: seed.title, body: seed.description ?? null },
      ...{ state: isClosed ? "closed" : "open", stateReason: isClosed ? "completed" : null, author: "alice" },
      labels: [
        `status:${seed.state}`,
        ...(seed.priority === undefined ? [] : [`priority:${seed.priority}`]),
        ...(seed.labels ?? []),
      ],
      assignees: seed.dispatchable === undefined ? [] : [seed.dispatchable ? "maestro" : "alice"],
      ...{ locked: false, parentId: null, createdAt: at, updatedAt: at, closedAt: isClosed ? at : null, isPull: false },
    });
    for (const name of fake.data.issues.at(-1)?.labels ?? []) {
      const isThere = repo?.labels.some((label) => label.name === name);
      if (isThere === false)
        repo?.labels.push({ id: 80_000 + repo.labels.length, name, color: "ededed", description: null });
    }
    return { id: String(number), identifier: `acme/app#${number}` };
  });
  for (const seed of seeds) {
    for (const blocker of seed.blockedBy ?? []) {
      const idOf = (identifier: string): number => 90_000 + Number(identifier.split("-")[1]);
      fake.data.blockers.push({ issueId: idOf(seed.identifier), blockerId: idOf(blocker) });
    }
  }
  return made;
}

/** Puts an issue into a column of the board, as a person does; labels of states go. */
export function placeCard({ fake }: GithubStage, issue: FakeIssue, state: string): void {
  const [project] = fake.data.projects;
  const field = project?.fields.find(({ name }) => name === "Status");
  const option = field?.options.find(({ name }) => name === state);
  if (project === undefined || field === undefined || option === undefined) throw new Error(`no column ${state}`);
  issue.labels = issue.labels.filter((label) => !label.startsWith("status:"));
  const at = fake.server.clock.now();
  const known = project.items.find(({ contentId }) => contentId === issue.id);
  if (known !== undefined) known.values[field.id] = option.id;
  else {
    const card = { id: 70_000 + issue.number, contentId: issue.id, archived: false, createdAt: at, updatedAt: at };
    project.items.push({ ...card, values: { [field.id]: option.id } });
  }
}

/** The issue as the fake keeps it. */
export function issueAt({ fake }: GithubStage, identifier: string): FakeIssue {
  const issue = fake.data.issues.find(({ number }) => number === Number(identifier.split("#")[1]));
  if (issue === undefined) throw new Error(`the fake has no issue ${identifier}`);
  return issue;
}

/** Asks the fake as somebody else. */
export async function ask({ fake }: GithubStage, login: string, call: string, body?: object): Promise<void> {
  const [method = "GET", path = ""] = call.split(" ");
  const headers = { authorization: `Bearer ${tokenOf(login)}` };
  const answer = await fetch(fake.url + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${call}: ${await answer.text()}`);
}

function lossy(stage: GithubStage, client: Tracker, takeLoss: () => Loss | undefined): Tracker {
  const { server } = stage.fake;
  return new Proxy(client, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name);
      if (typeof own !== "function" || SILENT.includes(name)) return typeof own === "function" ? own.bind(target) : own;
      return async (...given: unknown[]): Promise<unknown> => {
        server.clock.advance(BETWEEN_MS);
        const loss = takeLoss();
        if (loss === undefined) return own.apply(target, given);
        const body = { message: "Resource not accessible by personal access token" };
        const operations = READS.includes(name) ? ["*"] : WRITES;
        for (const operation of operations) {
          server.faults.add({ kind: KINDS[loss], operation, status: 403, body, times: OFTEN });
        }
        try {
          return await own.apply(target, given);
        } finally {
          server.faults.clear();
        }
      };
    },
  });
}

/** A GitHub tracker over real HTTP as the conformance cases use it. */
export async function githubHarness(
  states: "labels" | "project" = "labels",
): Promise<TrackerHarness & { dispose(): Promise<void> }> {
  const stage = await githubStage();
  const mode = states === "project" ? { states_from: "project", project: { number: 7 } } : {};
  let assignee = {};
  let pending: Loss | undefined;
  const takeLoss = (): Loss | undefined => {
    const loss = pending;
    pending = undefined;
    return loss;
  };
  const open = async (): Promise<Tracker> => {
    const client = await githubTracker.open({ ...stage.options(), ...mode, ...assignee }, stage.context);
    return lossy(stage, client, takeLoss);
  };
  return {
    seed: async (issues) => {
      if (issues.some(({ dispatchable }) => dispatchable !== undefined)) assignee = { assignee: "me" };
      const made = seedIssues(stage, issues);
      if (states === "project") {
        for (const [at, { state }] of issues.entries())
          placeCard(stage, issueAt(stage, made[at]?.identifier ?? ""), state);
      }
      return made;
    },
    open,
    reopen: open,
    sever: () => stage.fake.close(),
    failNext: (fault) => {
      pending = fault;
    },
    breakIssue: async (identifier) => {
      issueAt(stage, identifier).title = "";
    },
    editByHand: async (identifier, { state, description }) => {
      const issue = issueAt(stage, identifier);
      if (states === "project") placeCard(stage, issue, state);
      else issue.labels = [...issue.labels.filter((label) => !label.startsWith("status:")), `status:${state}`];
      issue.body = description;
    },
    pause: () => stage.clock.sleep(1),
    dispose: () => stage.dispose(),
  };
}
