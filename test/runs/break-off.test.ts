import { afterEach, describe, expect, it } from "vitest";
import type { SimProgram } from "../../dev/sim/sim-process.ts";
import { abortedError } from "../../src/base/errors.ts";
import type { Step } from "../../src/agents/mock/schema.ts";
import type { WorkOutcome } from "../../src/model/run.ts";
import type { WorkKind } from "../../src/model/work.ts";
import { Workshop } from "./workshop.ts";

const BRANCH = "maestro/demo-1";
const handOff: Step[] = [
  { do: "call", tool: "run_handoff", arguments: { summary: "Said hello." } },
  { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
];

let shop: Workshop;
afterEach(() => shop.close());

/** Waits until the signal is aborted, as every honest wait does. */
function wait(reached: () => void) {
  return (signal: AbortSignal | null) =>
    new Promise<void>((_, reject) => {
      reached();
      signal?.addEventListener("abort", () => reject(abortedError(signal)), { once: true });
    });
}

interface Place {
  readonly name: string;
  readonly kind: WorkKind;
  readonly steps?: readonly Step[];
  readonly set?: (shop: Workshop, reached: () => void) => void;
  /** For places that show from outside. */
  readonly isReached?: (shop: Workshop) => boolean;
  readonly asked: readonly string[];
}

const deaf: SimProgram = async ({ clock, signal, ignoreTerm }) => {
  ignoreTerm();
  await clock.sleep(Number.POSITIVE_INFINITY, signal);
  return 0;
};

const PLACES: readonly Place[] = [
  {
    name: "while its workspace is prepared",
    kind: "run",
    set: ({ workspaces }, reached) => {
      workspaces.trouble.prepare = wait(reached);
    },
    asked: ["prepare"],
  },
  {
    name: "in before_run",
    kind: "run",
    set: ({ workspaces }, reached) => {
      workspaces.trouble.beforeRun = wait(reached);
    },
    asked: ["prepare", "beforeRun", "afterRun, 0 processes"],
  },
  {
    name: "while the agent hangs with a child of its own",
    kind: "run",
    steps: [{ do: "spawn", command: "sleep" }, { do: "hang" }],
    isReached: (shop) => shop.runtime.running().length === 2,
    asked: ["prepare", "beforeRun", "afterRun, 0 processes"],
  },
  {
    name: "while a command of the agent runs",
    kind: "run",
    steps: [{ do: "run", command: "make" }],
    isReached: (shop) => shop.runtime.running().length === 2,
    asked: ["prepare", "beforeRun", "afterRun, 0 processes"],
  },
  {
    name: "between two turns",
    kind: "run",
    steps: [{ do: "end_turn" }, { do: "sleep", ms: 60_000 }],
    isReached: (shop) => shop.journal.length > 0,
    asked: ["prepare", "beforeRun", "afterRun, 0 processes"],
  },
  {
    name: "while the host takes over what the agent did",
    kind: "run",
    steps: handOff,
    set: ({ git }, reached) => {
      git.trouble.takeOver = wait(reached);
    },
    asked: ["prepare", "beforeRun", "afterRun, 0 processes"],
  },
  {
    name: "in a check",
    kind: "validate",
    isReached: (shop) => shop.runtime.running().length === 1,
    asked: [],
  },
  {
    name: "while its head is checked out",
    kind: "validate",
    set: ({ git }, reached) => {
      git.trouble.checkout = wait(reached);
    },
    asked: [],
  },
  {
    name: "while its workspace is removed",
    kind: "clean",
    set: ({ workspaces }, reached) => {
      workspaces.trouble.remove = wait(reached);
    },
    asked: ["remove"],
  },
];

async function breakOff(place: Place, end: (shop: Workshop, workId: string) => unknown): Promise<WorkOutcome> {
  const validation = { commands: ["npm test"], timeoutMs: 3_600_000 };
  shop = new Workshop({ steps: place.steps ?? handOff, shell: deaf, workflow: { validation } });
  let isReached = false;
  place.set?.(shop, () => {
    isReached = true;
  });
  await shop.start(BRANCH);
  const workId = await shop.enqueue(place.kind, { branch: BRANCH, headSha: "head-1" });
  await shop.until(() => (place.isReached === undefined ? isReached : place.isReached(shop)));
  await end(shop, workId);
  return shop.outcome();
}

describe.each(PLACES)("work that is broken off $name", (place) => {
  it("is canceled and leaves nothing when it is taken back", async () => {
    const outcome = await breakOff(place, ({ engine }, workId) => engine.cancel(workId));
    expect(outcome).toMatchObject({ status: "canceled", failure: null, reason: { code: "work_revoked" } });
    expectNothingLeft(place);
    expect(await shop.eventsOf("work_settled")).toHaveLength(1);
  });

  it("is interrupted and leaves nothing when the worker stops", async () => {
    const outcome = await breakOff(place, (one) => {
      void one.worker.stop({ reason: "the service stops" });
    });
    expect(outcome).toMatchObject({ status: "canceled", failure: "interrupted", reason: { code: "interrupted" } });
    expect(outcome.reason.sentence).toContain("the service stops");
    expectNothingLeft(place);
    expect(shop.worker.busy()).toBe(0);
  });
});

function expectNothingLeft(place: Place): void {
  expect(shop.workspaces.asked).toEqual(place.asked);
  expect(shop.runtime.running()).toEqual([]);
  expect(shop.journal.filter(({ event }) => event === "start")).toHaveLength(
    shop.journal.filter(({ event }) => event === "stop").length,
  );
}
