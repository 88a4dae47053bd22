import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Change } from "../../src/model/change.ts";
import type { Lane, LaneBranch } from "../../src/model/lane.ts";
import type { GateName } from "../../src/model/profile.ts";
import {
  describeGate,
  GATE_CHECKS,
  GATE_CODES,
  type GateFacts,
  guardedPaths,
  judgeGate,
  proofOf,
} from "../../src/policy/index.ts";
import { anyFacts } from "./arbitrary.ts";
import {
  branchOf,
  changeOf,
  checkOf,
  HEAD,
  NOW,
  proofSeen,
  remarkOf,
  reviewLane,
  reviewOf,
  threadOf,
} from "./facts.ts";
import { type WorkflowOptions, workflowOf } from "./workflow-facts.ts";

const APPROVED = { reviews: [reviewOf()] };
const GREEN: WorkflowOptions = { completion: { landing: "when_green" } };

interface Drawn {
  readonly change?: Partial<Change> | null | undefined;
  readonly branch?: Partial<LaneBranch>;
  readonly lane?: Partial<Lane>;
  readonly workflow?: WorkflowOptions;
  readonly facts?: Partial<GateFacts>;
}

/** Facts on which both gates are open, but for what is drawn. */
function gateFactsOf({ change = {}, branch, lane, workflow, facts }: Drawn): GateFacts {
  const whole = reviewLane({ branch: branchOf(branch), ...lane });
  return {
    workflow: workflowOf(workflow),
    lane: whole,
    issue: whole.issue,
    change: change == null ? change : changeOf({ ...APPROVED, ...change }),
    changeSeenAt: NOW,
    now: NOW,
    ...facts,
  };
}

const TREE = { headSha: HEAD, isClean: true, isChanged: true };
const seenTree = (tree: Partial<NonNullable<LaneBranch["tree"]>>) => ({
  tree: { headSha: HEAD, changed: true, clean: true, guarded: [], ...tree },
});

/** Gate, the code that it gives, what it is about, and the facts. Every code of every check has to be here. */
const CASES: readonly (readonly [GateName, string, string, Drawn])[] = [
  ["review", "content_unseen", "no head", { branch: { headSha: null } }],
  ["review", "content_missing", "nothing changed", { branch: seenTree({ changed: false }) }],
  ["review", "content_missing", "nothing changed now", { facts: { tree: { ...TREE, isChanged: false } } }],
  ["review", "tree_dirty", "left by a process", { branch: seenTree({ clean: false }) }],
  ["review", "tree_dirty", "in the middle of a run", { facts: { tree: { ...TREE, isClean: false } } }],
  ["review", "validation_missing", "never checked", { branch: { validatedSha: null } }],
  ["review", "validation_stale", "a new head", { facts: { tree: { ...TREE, headSha: "newer" } } }],
  ["landing", "validation_stale", "another head is shown", { change: { headSha: "older" } }],
  ["landing", "validation_failed", "red", { branch: { proofs: { validation: proofSeen({ ok: false }) } } }],
  [
    "landing",
    "validation_claimed",
    "told only",
    { branch: { proofs: { validation: proofSeen({ witness: "agent" }) } } },
  ],
  ["review", "push_missing", "never pushed", { branch: { pushedSha: null } }],
  ["review", "push_missing", "the branch is gone", { facts: { remoteHead: null } }],
  ["review", "push_stale", "pushed before", { branch: { pushedSha: "older" } }],
  ["review", "push_stale", "a moved branch", { facts: { remoteHead: "foreign" } }],
  ["landing", "change_unseen", "the forge is silent", { facts: { change: undefined } }],
  ["landing", "change_missing", "there is none", { change: null }],
  ["landing", "look_too_old", "seen an hour ago", { facts: { changeSeenAt: NOW - 3_600_000 } }],
  ["landing", "change_not_open", "closed", { change: { state: "closed" } }],
  ["review", "change_foreign", "of a fork", { change: { foreign: true } }],
  ["review", "change_wrong_branch", "another branch", { change: { branch: "else" } }],
  ["review", "change_wrong_branch", "another base", { change: { base: "release" } }],
  ["review", "change_head_differs", "another head", { change: { headSha: "other" } }],
  ["landing", "change_is_draft", "a draft", { change: { draft: true } }],
  ["review", "change_not_linked", "names no issue", { change: { title: "Greet", body: "the world" } }],
  ["review", "workpad_missing", "not told", { branch: { proofs: {} } }],
  ["review", "workpad_missing", "refused", { branch: { proofs: { workpad: proofSeen({ ok: false }) } } }],
  [
    "review",
    "workpad_stale",
    "told of another head",
    { branch: { proofs: { workpad: proofSeen({ headSha: "older" }) } } },
  ],
  [
    "review",
    "workpad_stale",
    "told before the checks",
    { branch: { proofs: { workpad: proofSeen({ at: 5 }), validation: proofSeen({ at: 6 }) } } },
  ],
  ["review", "discussion_open", "a member asks", { change: { reviews: [], threads: [threadOf()] } }],
  ["landing", "discussion_open", "after the approval", { change: { threads: [threadOf()] } }],
  [
    "landing",
    "changes_requested",
    "by a member",
    { change: { reviews: [reviewOf({ decision: "changes_requested" })] } },
  ],
  ["landing", "approval_missing", "nobody", { change: { reviews: [] } }],
  ["landing", "approval_missing", "of another head", { change: { reviews: [reviewOf({ headSha: "older" })] } }],
  ["landing", "approval_missing", "by a bot", { change: { reviews: [reviewOf({ trust: "bot" })] } }],
  ["landing", "approval_missing", "by ourselves", { change: { reviews: [reviewOf({ trust: "self" })] } }],
  ["landing", "approval_missing", "by a stranger", { change: { reviews: [reviewOf({ trust: "outsider" })] } }],
  [
    "landing",
    "approval_guarded",
    "CI is touched, whatever the profile says",
    { change: { reviews: [], checks: [checkOf()] }, branch: seenTree({ guarded: [".github/a.yml"] }), workflow: GREEN },
  ],
  [
    "landing",
    "approval_guarded",
    "nobody knows what is touched",
    { change: { reviews: [], checks: [checkOf()] }, branch: seenTree({ headSha: "older" }), workflow: GREEN },
  ],
  ["landing", "checks_red", "CI", { change: { checks: [checkOf({ status: "failed" })] } }],
  ["landing", "checks_open", "CI runs", { change: { checks: [checkOf({ status: "pending" })] } }],
  [
    "landing",
    "checks_unproven",
    "only Maestro's own check",
    { change: { reviews: [], checks: [checkOf({ name: "maestro/validation" })] }, workflow: GREEN },
  ],
  ["landing", "merge_conflict", "conflict", { change: { mergeability: "conflict" } }],
  ["landing", "merge_behind", "behind", { change: { mergeability: "behind" } }],
  ["landing", "merge_unknown", "not told", { change: { mergeability: "unknown" } }],
  ["landing", "merge_blocked", "rules", { change: { blockers: ["Two approvals."] } }],
];

describe("a gate", () => {
  it.each(CASES)("%s is shut by %s: %s", (gate, code, _, drawn) => {
    const verdict = judgeGate(gate, gateFactsOf(drawn));
    expect(verdict.ok).toBe(false);
    const fault = verdict.faults.find((found) => found.code === code);
    expect(fault).toMatchObject({ code, sentence: expect.stringMatching(/\.$/), mend: expect.stringMatching(/\.$/) });
    expect(describeGate(verdict)).toContain(`- ${code}: `);
  });

  it("gives every code of its table somewhere, and no other", () => {
    const declared = GATE_CHECKS.flatMap(({ codes }) => codes);
    const shown = new Set(CASES.map(([, code]) => code));
    expect(declared.filter((code) => !shown.has(code))).toEqual([]);
    expect(
      Object.keys(GATE_CODES).filter((code) => ![...declared, "evidence_missing"].some((one) => one === code)),
    ).toEqual([]);
  });

  it.each<GateName>(["review", "landing"])("%s is open when every check passes", (gate) => {
    expect(judgeGate(gate, gateFactsOf({}))).toEqual({ gate, ok: true, headSha: HEAD, at: NOW, faults: [] });
  });

  it("takes checks in the workspace where the workflow file lets them run there", () => {
    const drawn = { branch: { proofs: { ...branchOf().proofs, validation: proofSeen({ witness: "agent" }) } } };
    const facts = gateFactsOf(drawn);
    const workflow = { ...facts.workflow, validation: { ...facts.workflow.validation, in: "workspace" as const } };
    expect(judgeGate("review", { ...facts, workflow }).ok).toBe(true);
    expect(judgeGate("review", facts).faults.map(({ code }) => code)).toEqual(["validation_claimed"]);
  });

  it("asks for what the profile names, by a witness as strong", () => {
    const facts = gateFactsOf({});
    const gates = { landing: { evidence: [{ kind: "smoke", witness: "ci" as const }], human: false } };
    const workflow = { ...facts.workflow, profile: { ...facts.workflow.profile, gates } };
    const withProof = (key: string, witness: "ci" | "agent") => {
      const branch = branchOf({ proofs: { ...branchOf().proofs, [key]: proofSeen({ witness }) } });
      return judgeGate("landing", { ...facts, workflow, lane: { ...facts.lane, branch } });
    };
    expect(withProof("smoke", "ci").ok).toBe(true);
    expect(withProof("claim:smoke", "agent").faults.map(({ code }) => code)).toEqual(["evidence_missing"]);
    expect(judgeGate("review", { ...facts, workflow }).ok).toBe(true);
  });

  it("lets a guarded change in by a member's review, and not by a moved card", () => {
    const guarded = { branch: seenTree({ guarded: ["WORKFLOW.md"] }) };
    expect(judgeGate("landing", gateFactsOf(guarded)).ok).toBe(true);
    const issue = { ...reviewLane().issue, state: "Merging" };
    const moved = gateFactsOf({ ...guarded, change: { reviews: [] }, facts: { issue } });
    expect(judgeGate("landing", moved).faults.map(({ code }) => code)).toEqual(["approval_guarded"]);
    expect(judgeGate("landing", gateFactsOf({ change: { reviews: [] }, facts: { issue } })).ok).toBe(true);
  });

  it("takes no move of Maestro's own for a person's word", () => {
    const issue = { ...reviewLane().issue, state: "Merging" };
    const drawn = { change: { reviews: [] }, lane: { ownMove: "Merging" }, facts: { issue } };
    expect(judgeGate("landing", gateFactsOf(drawn)).faults.map(({ code }) => code)).toEqual(["approval_missing"]);
  });

  it("lands on its own check alone where the options say that this is enough", () => {
    const facts = gateFactsOf({
      change: { reviews: [], checks: [checkOf({ name: "maestro/validation" })] },
      workflow: GREEN,
    });
    const profile = { ...facts.workflow.profile, options: { landing: { validation_alone: true } } };
    expect(judgeGate("landing", { ...facts, workflow: { ...facts.workflow, profile } }).ok).toBe(true);
    const gates = { landing: { evidence: [], human: true } };
    const strict = { ...facts.workflow, profile: { ...profile, gates } };
    expect(judgeGate("landing", { ...facts, workflow: strict }).ok).toBe(false);
  });

  it("counts a discussion as clear that is resolved, answered by us, told to a run, of a stranger, or passed over by an approval", () => {
    const open = (change: Partial<Change>, branch: Partial<LaneBranch> = {}) =>
      judgeGate("review", gateFactsOf({ change: { reviews: [], ...change }, branch })).ok;
    expect(open({ threads: [threadOf()] })).toBe(false);
    expect(open({ threads: [threadOf({ resolved: true })] })).toBe(true);
    expect(open({ threads: [threadOf({ comments: [remarkOf(), remarkOf({ trust: "self" })] })] })).toBe(true);
    expect(open({ threads: [threadOf({ comments: [remarkOf({ trust: "outsider" })] })] })).toBe(true);
    expect(open({ threads: [threadOf()] }, { answered: ["remark:c1"] })).toBe(true);
    expect(open({ threads: [threadOf()], reviews: [reviewOf({ at: 99 })] })).toBe(true);
  });

  it("always says why, and says the same of the same facts", () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom<GateName>("review", "landing"), (facts, gate) => {
        const given = { ...facts, changeSeenAt: facts.now };
        const verdict = judgeGate(gate, given);
        expect(verdict.ok).toBe(verdict.faults.length === 0);
        for (const { sentence, mend } of verdict.faults) expect(`${sentence}${mend}`.trim()).not.toBe("");
        expect(judgeGate(gate, given)).toEqual(verdict);
        if (gate !== "landing" || !verdict.ok) return;
        expect(facts.change).toMatchObject({
          state: "open",
          draft: false,
          mergeability: "clean",
          headSha: verdict.headSha,
        });
        expect(proofOf(facts.lane, "validation")).toMatchObject({ ok: true, headSha: verdict.headSha });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("guarded files", () => {
  it("are those that decide how changes are made and checked", () => {
    const guarded = [
      ...["WORKFLOW.md", "sub/WORKFLOW.md", "flows/team.md", ".maestro/profiles/mine.md", "profiles/triage.md"],
      ...[".github/workflows/ci.yml", ".github/CODEOWNERS", "docs/CODEOWNERS", ".cnb.yml", ".gitlab-ci.yml"],
      ...[".husky/pre-push", "hooks/post-merge", ".claude/settings.json", "Jenkinsfile"],
    ];
    const free = ["src/workflow.ts", "src/hooks/use.ts", "github/a.yml", "README.md", "docs/profiles.md"];
    expect(guardedPaths([...guarded, ...free], "team.md")).toEqual(guarded);
  });
});
