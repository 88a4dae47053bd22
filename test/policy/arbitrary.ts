import fc from "fast-check";
import { LANE_STAGES, type Lane } from "../../src/model/lane.ts";
import type { LaneFacts } from "../../src/model/facts.ts";
import type { CompletionSignal, FailureKind } from "../../src/model/run.ts";
import {
  branchOf,
  changeOf,
  checkOf,
  COMMENT_ROW,
  HEAD,
  issueOf,
  laneOf,
  NOW,
  outcomeOf,
  parkedOf,
  PUSH_ROW,
  retryOf,
  remarkOf,
  reviewOf,
  threadOf,
  workOf,
} from "./facts.ts";
import { ATTENTION, OPT_OUT, STATES, workflowOf } from "./workflow-facts.ts";

const head = fc.constantFrom(HEAD, "other");
const failures: readonly (FailureKind | null)[] = [
  null,
  "agent",
  "workspace",
  "validation",
  "stalled",
  "timed_out",
  "capacity",
  "interrupted",
  "outside",
  "fatal",
];

export const anyIssue = fc
  .record({
    state: fc.constantFrom(...STATES.map(({ name }) => name), "Unheard of", "todo "),
    labels: fc.subarray([ATTENTION, OPT_OUT, "x"], { maxLength: 1 }),
    dispatchable: fc.boolean(),
    updatedAt: fc.option(fc.integer({ min: 1, max: 5 })),
  })
  .map((changes) => issueOf(changes));

const anySignal: fc.Arbitrary<CompletionSignal> = fc.oneof(
  fc.constant({ kind: "none" } as const),
  fc.record({
    kind: fc.constant("hand_off" as const),
    route: fc.option(fc.constantFrom("review", "merging", "nowhere")),
    summary: fc.constant("Done."),
    noChange: fc.option(fc.constant("So.")),
  }),
  fc.constant({ kind: "attention", summary: "Help.", question: null } as const),
  fc.constant({ kind: "invalid", reason: { code: "bad", sentence: "Bad." } } as const),
);

export const anyOutcome = fc
  .record({
    status: fc.constantFrom("succeeded" as const, "failed" as const, "canceled" as const, "lost" as const),
    failure: fc.constantFrom(...failures),
    signal: anySignal,
    headSha: fc.option(head),
    changed: fc.boolean(),
    notBefore: fc.option(fc.integer({ min: 0, max: 2 * NOW })),
  })
  .map((changes) => outcomeOf(changes));

const anyReason = fc.constantFrom(
  { code: "stalled", sentence: "Silent." },
  { code: "state_not_active", sentence: "It left." },
  { code: "validation_failed", sentence: "Tests fail." },
);

const anyWork = fc
  .record({
    kind: fc.constantFrom("run" as const, "validate" as const, "land" as const, "clean" as const),
    purpose: fc.constantFrom("first" as const, "continuation" as const, "retry" as const, "repair" as const),
    state: fc.constantFrom("queued" as const, "leased" as const, "settled" as const),
    canceled: fc.option(anyReason),
    outcome: anyOutcome,
  })
  .map((changes) => workOf({ ...changes, outcome: changes.state === "settled" ? changes.outcome : null }));

const anyProof = fc.record({
  headSha: head,
  at: fc.nat(NOW),
  ok: fc.boolean(),
  witness: fc.constantFrom("host" as const, "host" as const, "agent" as const),
});

const anyBranch = fc
  .record({
    headSha: fc.option(head),
    pushedSha: fc.option(head),
    validatedSha: fc.option(head),
    changeId: fc.option(fc.constant("7")),
    repairedFor: fc.option(
      fc.constantFrom(
        "0/review_changes_requested:r1",
        `5/required_checks_failed:${HEAD}`,
        "5/change_conflicts:older",
        "odd",
      ),
    ),
    mergedSha: fc.option(fc.constant("mmm"), { freq: 8 }),
    tree: fc.record({
      ...{ headSha: head, changed: fc.boolean(), clean: fc.boolean() },
      guarded: fc.constantFrom([], [], ["WORKFLOW.md"]),
    }),
    proofs: fc.record(
      {
        validation: fc.option(anyProof, { nil: undefined, freq: 2 }),
        pushed: fc.option(anyProof, { nil: undefined, freq: 2 }),
        workpad: fc.option(anyProof, { nil: undefined }),
      },
      { noNullPrototype: true },
    ),
    answered: fc.subarray(["remark:c1", `required_checks_failed:${HEAD}`]),
  })
  .map(({ proofs, ...changes }) => {
    const known = Object.entries(proofs).flatMap(([kind, proof]) => (proof === undefined ? [] : [[kind, proof]]));
    return branchOf({ ...changes, proofs: Object.fromEntries(known) });
  });

export const anyLane: fc.Arbitrary<Lane> = fc
  .record({
    stage: fc.constantFrom(...LANE_STAGES),
    reason: anyReason,
    issue: anyIssue,
    lastRun: fc.nat(3),
    work: fc.option(anyWork),
    retry: fc.option(
      fc
        .record({
          kind: fc.constantFrom("failure" as const, "continuation" as const, "slot" as const, "capacity" as const),
          dueAt: fc.constantFrom(NOW - 1, NOW, NOW + 1),
        })
        .map((changes) => retryOf(changes)),
    ),
    parked: fc.option(fc.constantFrom(parkedOf(), parkedOf({ until: "command" }))),
    branch: fc.option(anyBranch),
    failures: fc.nat(6),
    interruptions: fc.nat(12),
    idleSessions: fc.nat(4),
    handOff: fc.option(fc.constantFrom("review", "merging").map((route) => ({ route, summary: "s", noChange: null }))),
  })
  .map((changes) => laneOf(changes));

export const anyChange = fc
  .record({
    state: fc.constantFrom("open" as const, "open" as const, "open" as const, "merged" as const, "closed" as const),
    headSha: head,
    draft: fc.boolean(),
    mergeability: fc.constantFrom(
      "clean" as const,
      "clean" as const,
      "conflict" as const,
      "behind" as const,
      "unknown" as const,
    ),
    reviews: fc.array(
      fc
        .record({
          id: fc.constantFrom("r1", "r2"),
          author: fc.constantFrom("ann", "bob"),
          decision: fc.constantFrom("approved" as const, "changes_requested" as const, "commented" as const),
          headSha: head,
        })
        .map((changes) => reviewOf(changes)),
      { maxLength: 3 },
    ),
    checks: fc.array(
      fc
        .record({
          name: fc.constantFrom("ci", "maestro/validation"),
          status: fc.constantFrom("pending" as const, "passed" as const, "failed" as const),
          required: fc.boolean(),
          headSha: head,
        })
        .map((changes) => checkOf(changes)),
      { maxLength: 2 },
    ),
    comments: fc.subarray([remarkOf({ id: "c1" }), remarkOf({ id: "c2", trust: "outsider" })], { maxLength: 1 }),
    threads: fc.subarray([threadOf({ id: "t1", comments: [remarkOf({ id: "c3" })] })]),
  })
  .map((changes) => changeOf(changes));

export const anyFacts: fc.Arbitrary<LaneFacts> = fc.record({
  workflow: fc.constantFrom(
    workflowOf(),
    workflowOf({ completion: { landing: "when_green", routes: ["review", "merging"] } }),
    workflowOf({ completion: { deliversChange: false, landedRoute: null } }),
    workflowOf({ repo: null, requiredLabels: ["x"] }),
  ),
  lane: anyLane,
  issue: fc.oneof({ weight: 8, arbitrary: anyIssue }, fc.constantFrom(null, undefined)),
  change: fc.oneof({ weight: 8, arbitrary: anyChange }, fc.constantFrom(null, undefined)),
  openOutbox: fc.subarray([COMMENT_ROW, PUSH_ROW], { maxLength: 1 }),
  now: fc.constant(NOW),
});
