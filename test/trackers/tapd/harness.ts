import type { TrackerHarness } from "../../../src/contracts/conformance/tracker.ts";
import type { Tracker } from "../../../src/contracts/tracker.ts";
import { itemOf, longStage, seedStories, type Stage } from "./stage.ts";

const WRITES = ["POST /stories", "POST /comments", "POST /stories/add_story_link_relations"];
const READS: readonly PropertyKey[] = ["issuesByStates", "issuesByIds", "issueByIdentifier", "comments", "health"];
const SILENT: readonly PropertyKey[] = ["budget", "readDelivery", "watch", "close"];
/** The fake's time between two verbs: TAPD's instants are whole seconds. */
const BETWEEN_MS = 10_000;
/** More than a read is asked again. */
const OFTEN = 10;

type Loss = "refused" | "lost_request" | "lost_answer";
const KINDS = { refused: "status", lost_request: "drop_before", lost_answer: "drop_after" } as const;

function lossy({ fake, clock }: Stage, client: Tracker, takeLoss: () => Loss | undefined): Tracker {
  const { server } = fake;
  return new Proxy(client, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name);
      if (typeof own !== "function") return own;
      if (SILENT.includes(name)) return own.bind(target);
      return async (...given: unknown[]): Promise<unknown> => {
        server.clock.advance(BETWEEN_MS);
        clock.advance(BETWEEN_MS);
        const loss = takeLoss();
        if (loss === undefined) return own.apply(target, given);
        const body = { status: 403, data: "", info: "Forbidden" };
        for (const operation of READS.includes(name) ? ["*"] : WRITES) {
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

/** A TAPD tracker over real HTTP as the conformance cases use it. */
export function tapdHarness(): TrackerHarness & { dispose(): Promise<void> } {
  const staged = longStage();
  let owner = {};
  let pending: Loss | undefined;
  const takeLoss = (): Loss | undefined => {
    const loss = pending;
    pending = undefined;
    return loss;
  };
  const open = async (): Promise<Tracker> => {
    const ground = await staged;
    return lossy(ground, ground.open(owner), takeLoss);
  };
  return {
    seed: async (issues) => {
      if (issues.some(({ dispatchable }) => dispatchable !== undefined)) owner = { owner: "maestro" };
      return seedStories((await staged).fake, issues);
    },
    open,
    reopen: open,
    sever: async () => (await staged).fake.close(),
    failNext: (fault) => {
      pending = fault;
    },
    breakIssue: async (identifier) => {
      itemOf((await staged).fake, identifier).fields.name = "";
    },
    editByHand: async (identifier, { state, description }) => {
      const { fake } = await staged;
      const item = itemOf(fake, identifier);
      item.status = state;
      item.fields.description = `<p>${description}</p>`;
      item.modifiedAt = fake.server.clock.now();
    },
    pause: async () => (await staged).clock.sleep(5),
    dispose: async () => (await staged).end(),
  };
}
