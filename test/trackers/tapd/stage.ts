import { onTestFinished } from "vitest";
import { type FakeTapd, type FakeTapdOptions, startFakeTapd } from "../../../dev/fakes/tapd/index.ts";
import type { TapdSeed } from "../../../dev/fakes/tapd/seed.ts";
import type { JsonObject, JsonValue } from "../../../src/base/json.ts";
import type { SeedIssue } from "../../../src/contracts/conformance/tracker.ts";
import type { AdapterContext } from "../../../src/contracts/tracker.ts";
import { TapdTracker } from "../../../src/trackers/tapd/client.ts";
import { toHtml } from "../../../src/trackers/tapd/html.ts";
import { readTapdOptions } from "../../../src/trackers/tapd/options.ts";
import { trackerPlace, type TrackerPlace } from "../context.ts";
import { HastyClock } from "./hasty-clock.ts";

export const calmly = { signal: new AbortController().signal };
export const WORKSPACE = "20003271";
export const PASSWORD = "tapd-password";
export const TYPE = `11${WORKSPACE}000000001`;

/** Statuses of which each leads to each. */
export function open(names: readonly string[], last: readonly string[]) {
  return {
    statuses: Object.fromEntries(names.map((name) => [name, `${name} 状态`])),
    first: names[0] ?? "",
    last,
    transitions: names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ name: to, from, to }))),
  };
}

const STATES = ["Todo", "In Progress", "In Review", "Backlog", "Doing", "Blocked", "Mine", "Yours", "Done"];

/** A workspace in which everything may be moved everywhere, as the cases for all trackers have it. */
export const FREE_SEED: TapdSeed = {
  accounts: [
    { user: "maestro", password: PASSWORD },
    { user: "peer", password: "peer-password" },
  ],
  workspaces: [
    {
      id: WORKSPACE,
      types: [{ id: TYPE, name: "需求", workflow: open([...STATES, "lost_answer", "lost_request"], ["Done"]) }],
    },
  ],
};

const PRIORITIES = ["High", "Middle", "Low", "Nice To Have"];

/** A fake TAPD with stories, and clients of it. */
export interface Stage {
  readonly fake: FakeTapd;
  readonly clock: HastyClock;
  readonly place: TrackerPlace;
  readonly ids: readonly string[];
  /** Beside address, account and workspace; `undefined` takes a key out. */
  open(options?: Readonly<Record<string, JsonValue | undefined>>, context?: Partial<AdapterContext>): TapdTracker;
}

/** Ends with its test, or by `end`. */
export async function stage(issues: readonly SeedIssue[] = [], options: FakeTapdOptions = {}): Promise<Stage> {
  const { end, ...made } = await longStage(issues, options);
  onTestFinished(end);
  return made;
}

/** One that its user ends. */
export async function longStage(
  issues: readonly SeedIssue[] = [],
  options: FakeTapdOptions = {},
): Promise<Stage & { end(): Promise<void> }> {
  const fake = await startFakeTapd({ seed: FREE_SEED, limits: { perMinute: 100_000 }, ...options });
  const clock = new HastyClock();
  const place = trackerPlace(clock);
  return {
    fake,
    clock,
    place,
    ids: seedStories(fake, issues).map(({ id }) => id),
    open: (more = {}, context = {}) => {
      const whole = { ...place.context, ...context };
      const all = { endpoint: fake.url, api_user: "maestro", api_password: PASSWORD, workspace_id: WORKSPACE, ...more };
      const written: JsonObject = JSON.parse(JSON.stringify(all));
      return new TapdTracker(readTapdOptions(written, whole), whole);
    },
    end: async () => {
      await fake.close();
      place.remove();
    },
  };
}

/** Puts stories into the fake as people would have made them; `ISS-7` gets number 2 000 007. */
export function seedStories(
  { data, server }: FakeTapd,
  issues: readonly SeedIssue[],
): { id: string; identifier: string }[] {
  const now = server.clock.now();
  const idOf = (identifier: string): string =>
    `11${WORKSPACE}${String(2_000_000 + Number(identifier.split("-")[1])).padStart(9, "0")}`;
  for (const seed of issues) {
    const id = idOf(seed.identifier);
    const owner = seed.dispatchable === undefined ? "" : seed.dispatchable ? "maestro;" : "alice;";
    data.items.push({
      ...{ id, workspaceId: WORKSPACE, system: "story", typeId: TYPE, status: seed.state },
      fields: {
        ...{ name: seed.title, description: seed.description === undefined ? "" : toHtml(seed.description), owner },
        label: (seed.labels ?? []).join("|"),
        priority_label: PRIORITIES[(seed.priority ?? 0) - 1] ?? "",
      },
      ...{ createdAt: now, modifiedAt: now },
    });
    for (const blocker of seed.blockedBy ?? []) {
      const ends = { workitemId: idOf(blocker), dstWorkitemId: id, srcField: "due", dstField: "begin" };
      data.timeRelations.push({ id: `9${data.timeRelations.length}`, workspaceId: WORKSPACE, ...ends });
    }
  }
  return issues.map(({ identifier }) => ({ id: idOf(identifier), identifier: `TAPD-${idOf(identifier)}` }));
}

/** The item as the fake keeps it. */
export function itemOf({ data }: FakeTapd, id: string): FakeTapd["data"]["items"][number] {
  const item = data.items.find((one) => one.id === id.replace(/^(?:TAPD-)?(?:bug-)?/, ""));
  if (item === undefined) throw new Error(`the fake has no item ${id}`);
  return item;
}

/** The operations that the fake logged, from an index on. */
export function operations({ fake }: Stage, from = 0): string[] {
  return fake.server.log.calls.slice(from).map(({ operation }) => operation);
}
