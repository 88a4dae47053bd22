import type { RecordTransaction, WorkRecord } from "../../../src/contracts/record.ts";
import type { EventDraft } from "../../../src/model/events/envelope.ts";
import type { Event } from "../../../src/model/events/index.ts";
import type { WorkOutcome } from "../../../src/model/run.ts";
import type { Lease } from "../../../src/model/work.ts";
import type { MutableParts, Mutation } from "../daemon.ts";

/**
 * Deliberate bugs. Each replaces parts of a sound daemon by wrong ones; the judge, who sees only the outside, has to catch every one of
 * them within 200 seeds.
 */
export const mutants: Readonly<Record<string, Mutation>> = {
  /** Forgets that a failed run is due later, and starts it at once. */
  drop_retry: ({ record }) => ({
    record: without(record, (event) => event.type === "retry_scheduled" && event.data.kind === "failure"),
  }),
  /** Believes that a crash left no process behind. */
  forget_leftovers: () => ({ endLeftovers: async () => 0 }),
  /** Leaves the leases of a dead daemon where they are. */
  forget_leases: ({ engine }) => ({
    engine: altered(engine, { takeOthers: async () => [], takeExpired: async () => [] }),
  }),
  /** Declares running work lost now and then, although its holder lives. */
  release_before_settle: ({ engine }) => {
    let looks = 0;
    const takeExpired = () => {
      looks += 1;
      return looks % 20 === 0 ? engine.takeOthers("nobody") : engine.takeExpired();
    };
    return { engine: altered(engine, { takeExpired }), endLeftovers: async () => 0 };
  },
  /** Counts no slots. */
  ignore_slots: ({ workflow }) => ({
    workflow: () => ({ ...workflow(), agent: { ...workflow().agent, maxConcurrentAgents: 100 } }),
  }),
  /** Does not see the label by which people keep an issue for themselves. */
  ignore_opt_out: (parts) => ({
    tracker: altered(parts.tracker, {
      issuesByStates: async (...asked) =>
        (await parts.tracker.issuesByStates(...asked)).map((issue) => ({ ...issue, labels: [] })),
      issuesByIds: async (...asked) =>
        (await parts.tracker.issuesByIds(...asked)).map((issue) => ({ ...issue, labels: [] })),
    }),
  }),
  /** Does not see what an issue has to wait for. */
  ignore_blockers: (parts) => ({
    tracker: altered(parts.tracker, {
      issuesByStates: async (...asked) =>
        (await parts.tracker.issuesByStates(...asked)).map((issue) => ({ ...issue, blockedBy: [] })),
      issuesByIds: async (...asked) =>
        (await parts.tracker.issuesByIds(...asked)).map((issue) => ({ ...issue, blockedBy: [] })),
    }),
  }),
  /** Counts no slots of states. */
  ignore_state_limits: ({ workflow }) => ({
    workflow: () => ({ ...workflow(), agent: { ...workflow().agent, maxConcurrentAgentsByState: {} } }),
  }),
  /** Starts an issue again however often its agents did nothing. */
  ignore_idleness: ({ workflow }) => ({
    workflow: () => ({ ...workflow(), agent: { ...workflow().agent, maxSessionsWithoutProgress: 0 } }),
  }),
  /** Makes workspaces wherever the machine keeps temporary files. */
  workspace_escape: ({ workflow }) => ({
    workflow: () => ({ ...workflow(), workspace: { ...workflow().workspace, root: "/tmp/workspaces" } }),
  }),
  /** Lets everybody write and end work, whether or not the right has passed on to somebody else. */
  skip_fence: ({ record, engine }) => ({
    record: altered(record, {
      observe: (drafts) => record.observe(drafts.map(unfenced)),
      transact: (work) =>
        record.transact((tx) => work(altered(tx, { append: (drafts) => tx.append(drafts.map(unfenced)) }))),
    }),
    engine: altered(engine, {
      settle: async (tx, lease, outcome) =>
        (await engine.settle(tx, lease, outcome)) || settleAnyhow(tx, lease, outcome),
    }),
  }),
  /** Takes every change for approved. */
  approve_itself: ({ forge }) => ({
    forge: altered(forge, {
      changesByIds: async (...asked) =>
        (await forge.changesByIds(...asked)).map((change) => ({
          ...change,
          reviews: [
            {
              id: "self",
              author: "maestro",
              decision: "approved" as const,
              body: "",
              headSha: change.headSha,
              at: change.updatedAt,
            },
          ],
        })),
    }),
  }),
  /** Reads "the tracker did not answer" as "the issue is gone". */
  error_is_absence: ({ tracker }) => ({
    tracker: altered(tracker, {
      issuesByIds: async (...asked) => tracker.issuesByIds(...asked).catch(() => []),
    }),
  }),
  /** Sends a write again when its answer was lost, without looking. */
  send_blindly: ({ tracker, forge }) => ({
    tracker: impatient(tracker, ["move", "ensureComment"]),
    forge: impatient(forge, ["merge", "ensureChange"]),
  }),
  /** Forgets what it was about to write outside. */
  drop_outbox: ({ record }) => ({
    record: without(record, (event) => event.type === "outbox_planned" && event.data.intent.kind === "ensure_change"),
  }),
  /** Never says that work has ended. */
  skip_settle: ({ engine }) => ({ engine: altered(engine, { settle: async () => true }) }),
};

function unfenced(draft: EventDraft): EventDraft {
  return { ...draft, fence: null };
}

/** Ends whatever is under way on the lane, as its newest holder would. */
async function settleAnyhow(tx: RecordTransaction, { work }: Lease, outcome: WorkOutcome): Promise<boolean> {
  const lane = await tx.lane(work.laneId);
  if (!lane?.work) return false;
  const data = { id: lane.work.id, kind: lane.work.kind, outcome };
  const { workflowId, laneId } = work;
  await tx.append([{ workflowId, laneId, run: lane.work.run, fence: null, event: { type: "work_settled", data } }]);
  return true;
}

/** The same part with some members replaced. */
function altered<T extends object>(part: T, wrong: Partial<T>): T {
  return new Proxy(part, {
    get: (target, name) => {
      const member: unknown = Reflect.get(wrong, name) ?? Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** A record that swallows some decisions. */
function without(record: WorkRecord, isDropped: (event: Event) => boolean): WorkRecord {
  const kept = (drafts: readonly EventDraft[]) => drafts.filter((draft) => !isDropped(draft.event));
  return altered(record, {
    transact: (work) => record.transact((tx) => work(altered(tx, { append: (drafts) => tx.append(kept(drafts)) }))),
  });
}

/** A client that repeats a call whose answer was lost. */
function impatient<T extends MutableParts["tracker"] | MutableParts["forge"]>(part: T, verbs: readonly string[]): T {
  return new Proxy(part, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      const call = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
      if (!verbs.includes(String(name))) return call;
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          return await call(...args);
        } catch {
          // The bug: nobody looks whether the first one had its effect.
          return call(...args);
        }
      };
    },
  });
}
