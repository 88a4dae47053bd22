import type {
  OpenQuestion,
  RequirementAnalysis,
  RequirementRefinement,
  ReviewRouting,
  RunResult,
  TriageResult,
} from "../model/result.ts";

/** A result as people read it on the issue, in Markdown. */
export function describeResult(result: RunResult): string {
  return partsOf(result)
    .filter((part) => part !== "")
    .join("\n\n");
}

function partsOf(result: RunResult): string[] {
  switch (result.kind) {
    case "triage":
      return triageParts(result.data);
    case "requirement_analysis":
      return analysisParts(result.data);
    case "requirement_refinement":
      return refinementParts(result.data);
    case "review_routing":
      return routingParts(result.data);
  }
}

function triageParts({
  type,
  priority,
  risk,
  owner,
  duplicates = [],
  rationale,
  questions = [],
}: TriageResult): string[] {
  const facts = [
    `Type: ${type}`,
    `Priority: ${priority ?? "not told"}`,
    `Risk: ${risk}`,
    `Owner: ${owner ?? "nobody in particular"}`,
  ];
  return [bullets(facts), list("Says the same as", duplicates), rationale, list("Questions", questions)];
}

function analysisParts(data: RequirementAnalysis): string[] {
  const risks = data.risks.map(({ text, severity }) => `${severity}: ${text}`);
  const tasks = data.tasks.map(({ title, description }) =>
    description === undefined ? title : `${title}: ${description}`,
  );
  return [
    section("Scope", data.scope),
    section("Impact", data.impact),
    list("Risks", risks),
    list("Assumptions", data.assumptions),
    questionsOf(data.questions),
    list("Acceptance criteria", data.acceptance_criteria),
    list("Tasks", tasks),
  ];
}

function refinementParts(data: RequirementRefinement): string[] {
  return [
    list("Goals", data.goals),
    list("Not goals", data.non_goals),
    list("Acceptance criteria", data.acceptance_criteria),
    list("Assumptions", data.assumptions),
    list("Blockers", data.blockers),
    questionsOf(data.questions),
  ];
}

function routingParts({ reviewers, risk_tags: tags, checklist, destination, rationale }: ReviewRouting): string[] {
  const people = reviewers.map(({ name, reason }) => `${name}: ${reason}`);
  return [
    destination === null ? "" : `For: ${destination}`,
    list("Reviewers", people),
    list("Risky about it", tags),
    list("To look at", checklist),
    rationale,
  ];
}

function section(title: string, text: string): string {
  return `### ${title}\n\n${text.trim()}`;
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item.trim()}`).join("\n");
}

function list(title: string, items: readonly string[]): string {
  return items.length === 0 ? "" : section(title, bullets(items));
}

function questionsOf(questions: readonly OpenQuestion[]): string {
  const told = questions.map(({ text, blocking }) => (blocking ? `${text} (nothing begins without the answer)` : text));
  return list("Questions", told);
}
