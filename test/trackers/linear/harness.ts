import { type FakeLinear, type FakeLinearOptions, startFakeLinear } from "../../../dev/fakes/linear/index.ts";
import type { SeedIssue, TrackerHarness } from "../../../src/contracts/conformance/tracker.ts";
import type { Tracker } from "../../../src/contracts/tracker.ts";
import { linearTracker } from "../../../src/trackers/linear/index.ts";
import { trackerPlace } from "../context.ts";

export const KEY = "lin_api_0123456789abcdef";
export const PEER_KEY = "lin_api_fedcba9876543210";

/** The states that the shared cases move issues to. */
const STATES = [
  { name: "Backlog", type: "backlog" },
  { name: "Todo", type: "unstarted" },
  ...["In Progress", "Doing", "In Review", "Blocked", "Mine", "Yours", "lost_answer", "lost_request"].map((name) => ({
    name,
    type: "started",
  })),
  { name: "Done", type: "completed" },
  { name: "Canceled", type: "canceled" },
];

/** A team with these states, one project, Maestro's user, a colleague and a guest. */
export const SEED: NonNullable<FakeLinearOptions["seed"]> = {
  users: [
    { name: "maestro", key: KEY },
    { name: "ann", key: PEER_KEY },
    { name: "gus", key: "lin_api_gus", guest: true },
    { name: "bot", key: "lin_api_bot", app: true },
  ],
  teams: [
    { key: "ISS", states: STATES, labels: ["agent"], projects: [{ name: "Core", slugId: "0123456789ab" }] },
    { key: "OPS", projects: [{ name: "Other", slugId: "ba9876543210" }] },
  ],
};

const FAULTS = { refused: "status", lost_request: "drop_before", lost_answer: "drop_after" } as const;
const READS: readonly PropertyKey[] = ["issuesByStates", "issuesByIds", "issueByIdentifier", "comments", "health"];
const MUTATIONS = ["issueUpdate", "issueLabelCreate", "commentCreate", "commentUpdate", "issueRelationCreate"].map(
  (name) => `mutation ${name}`,
);

function isVerb(client: Tracker, name: PropertyKey): name is keyof Tracker {
  return typeof Reflect.get(client, name) === "function" && !["budget", "readDelivery", "watch"].includes(String(name));
}

type Loss = keyof typeof FAULTS;

/** What the next verb meets. A verb may look before it writes: what gets lost is the write, where there is one. */
function lossy(client: Tracker, takeLoss: () => Loss | undefined, { server }: FakeLinear): Tracker {
  const call =
    (name: keyof Tracker) =>
    async (...given: unknown[]): Promise<unknown> => {
      const loss = takeLoss();
      const operations = READS.includes(name) ? ["*"] : MUTATIONS;
      const kind = loss === undefined ? undefined : FAULTS[loss];
      if (kind !== undefined) server.faults.add(...operations.map((operation) => ({ kind, operation, status: 503 })));
      try {
        return await Reflect.apply(client[name] as (...all: unknown[]) => unknown, client, given);
      } finally {
        if (kind !== undefined) server.faults.clear();
      }
    };
  return new Proxy(client, { get: (_, name) => (isVerb(client, name) ? call(name) : Reflect.get(client, name)) });
}

/** A Linear tracker over real HTTP as the conformance cases use it. */
export function linearHarness(): TrackerHarness & { dispose(): Promise<void> } {
  const { context, remove } = trackerPlace();
  const fake = startFakeLinear({ seed: SEED });
  const clients = new Set<Tracker>();
  let assignee = {};
  let pending: Loss | undefined;
  const takeLoss = (): Loss | undefined => {
    const loss = pending;
    pending = undefined;
    return loss;
  };
  const open = async (): Promise<Tracker> => {
    const endpoint = `${(await fake).url}/graphql`;
    const options = { endpoint, api_key: KEY, project_slug: "0123456789ab", ...assignee };
    const client = await linearTracker.open(options, context);
    clients.add(client);
    return lossy(client, takeLoss, await fake);
  };
  const closeAll = async (): Promise<void> => {
    for (const client of clients) await client.close();
    clients.clear();
  };
  return {
    seed: async (issues) => {
      if (issues.some(({ dispatchable }) => dispatchable !== undefined)) assignee = { assignee: "me" };
      return seedIssues(await fake, issues);
    },
    open,
    reopen: async () => {
      await closeAll();
      return open();
    },
    sever: async () => (await fake).close(),
    failNext: (fault) => {
      pending = fault;
    },
    breakIssue: async (identifier) => {
      issueCalled(await fake, identifier).title = "";
    },
    editByHand: async (identifier, change) => editByHand(await fake, identifier, change),
    pause: () => context.clock.sleep(5),
    dispose: async () => {
      await closeAll();
      await (await fake).close();
      remove();
    },
  };
}

/** What a person does in Linear's own page. */
export function editByHand(
  fake: FakeLinear,
  identifier: string,
  { state, description }: { readonly state: string; readonly description?: string },
): void {
  const { data, server } = fake;
  const issue = issueCalled(fake, identifier);
  issue.stateId = data.states.find(({ name, teamId }) => name === state && teamId === issue.teamId)?.id ?? "";
  if (description !== undefined) issue.description = description;
  issue.updatedAt = new Date(server.clock.now()).toISOString();
}

/** The issue as the fake keeps it. */
export function issueCalled({ data }: FakeLinear, identifier: string): FakeLinear["data"]["issues"][number] {
  const [key, number] = identifier.split("-");
  const team = data.teams.find((known) => known.key === key)?.id;
  const issue = data.issues.find((known) => known.teamId === team && known.number === Number(number));
  if (issue === undefined) throw new Error(`the fake has no issue ${identifier}`);
  return issue;
}

/** Puts issues of team ISS into the fake as people would have made them; the harness's identifiers are Linear's own. */
export function seedIssues(fake: FakeLinear, issues: readonly SeedIssue[]): { id: string; identifier: string }[] {
  const { data, server } = fake;
  const [team, project] = [data.teams[0]?.id ?? "", data.projects[0]?.id ?? null];
  const at = new Date(server.clock.now()).toISOString();
  const times = {
    createdAt: at,
    updatedAt: at,
    startedAt: null,
    completedAt: null,
    canceledAt: null,
    archivedAt: null,
  };
  const none = { estimate: null, dueDate: null, delegateId: null, parentId: null, trashed: false };
  const me = data.users[0]?.id ?? null;
  const made = issues.map((seed, index) => {
    const number = Number(seed.identifier.split("-")[1] ?? index + 1);
    const id = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
    data.issues.push({
      ...{ id, number, teamId: team, projectId: project, creatorId: data.users[1]?.id ?? "", ...times, ...none },
      title: seed.title,
      description: seed.description ?? null,
      priority: seed.priority ?? 0,
      stateId: data.states.find(({ name, teamId }) => name === seed.state && teamId === team)?.id ?? "",
      assigneeId: seed.dispatchable === undefined ? null : seed.dispatchable ? me : (data.users[1]?.id ?? null),
      labelIds: (seed.labels ?? []).map((name) => labelId(data, name)),
    });
    return { id, identifier: seed.identifier };
  });
  for (const [index, { blockedBy = [] }] of issues.entries()) {
    for (const identifier of blockedBy) {
      const issueId = made.find((one) => one.identifier === identifier)?.id ?? "";
      const relatedIssueId = made[index]?.id ?? "";
      const id = `00000000-0000-4000-9000-${String(data.relations.length).padStart(12, "0")}`;
      data.relations.push({ id, type: "blocks", issueId, relatedIssueId, createdAt: at });
    }
  }
  return made;
}

function labelId(data: FakeLinear["data"], name: string): string {
  const known = data.labels.find((label) => label.name === name);
  if (known !== undefined) return known.id;
  const id = `00000000-0000-4000-a000-${String(data.labels.length).padStart(12, "0")}`;
  data.labels.push({ id, name, teamId: null });
  return id;
}
