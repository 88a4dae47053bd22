/** How likely and how bad it is that work on an issue goes wrong. */
export type Risk = "low" | "medium" | "high";

/** A question to people; a blocking one has to be answered before work can begin. */
export interface OpenQuestion {
  readonly text: string;
  readonly blocking: boolean;
}

/** What an issue is and where it belongs. */
export interface TriageResult {
  /** What kind of issue it is, e.g. `bug`. */
  readonly type: string;
  /** 1 is the most urgent, 4 the least; `null`: it cannot be told. */
  readonly priority: number | null;
  readonly risk: Risk;
  /** Who should have it, as the tracker names people; `null`: nobody in particular. */
  readonly owner: string | null;
  /** Identifiers of issues that say the same. */
  readonly duplicates?: readonly string[];
  /** Why. */
  readonly rationale: string;
  /** What has to be known first. */
  readonly questions?: readonly string[];
  /** Labels beside those for type and risk. */
  readonly labels?: readonly string[];
}

/** What a requirement means for the product, before anybody works on it. */
export interface RequirementAnalysis {
  readonly scope: string;
  readonly risks: readonly { readonly text: string; readonly severity: Risk }[];
  /** What it changes for users, data and other parts. */
  readonly impact: string;
  readonly assumptions: readonly string[];
  readonly questions: readonly OpenQuestion[];
  readonly acceptance_criteria: readonly string[];
  readonly tasks: readonly { readonly title: string; readonly description?: string }[];
}

/** A requirement that was made sharp enough to be worked on. */
export interface RequirementRefinement {
  readonly questions: readonly OpenQuestion[];
  /** What stands in the way, e.g. identifiers of issues or decisions. */
  readonly blockers: readonly string[];
  readonly assumptions: readonly string[];
  readonly goals: readonly string[];
  readonly non_goals: readonly string[];
  readonly acceptance_criteria: readonly string[];
}

/** Who should look at something, and at what. */
export interface ReviewRouting {
  readonly reviewers: readonly { readonly name: string; readonly reason: string }[];
  readonly risk_tags: readonly string[];
  readonly checklist: readonly string[];
  /** The team or queue; `null`: the reviewers alone. */
  readonly destination: string | null;
  readonly rationale: string;
}

/** The words of a run that delivers no change, in the form that its profile asks for. */
export type RunResult =
  | { readonly kind: "triage"; readonly data: TriageResult }
  | { readonly kind: "requirement_analysis"; readonly data: RequirementAnalysis }
  | { readonly kind: "requirement_refinement"; readonly data: RequirementRefinement }
  | { readonly kind: "review_routing"; readonly data: ReviewRouting };
