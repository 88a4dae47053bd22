import type { OpenQuestion, RunResult } from "../model/result.ts";

/** A result as people read it on the issue, in Markdown. */
export function describeResult(result: RunResult): string {
  return partsOf(result)
    .filter((part) => part !== "")
    .join("\n\n");
}

function partsOf(result: RunResult): string[] {
  switch (result.kind) {
    case "triage": {
      const { type, priority, risk, owner, duplicates, rationale, questions = [] } = result.data;
      const facts = [
        `Type: ${type}`,
        `Priority: ${priority ?? "not told"}`,
        `Risk: ${risk}`,
        `Owner: ${owner ?? "nobody in particular"}`,
      ];
      return [
        facts.map((fact) => `- ${fact}`).join("\n"),
        list("Says the same as", duplicates),
        rationale,
        list("Questions", questions),
      ];
    }
    case "requirement_analysis": {
      const { scope, risks, impact, assumptions, questions, acceptance_criteria: criteria, tasks } = result.data;
      return [
        section("Scope", scope),
        section("Impact", impact),
        list(
          "Risks",
          risks.map(({ text, severity }) => `${severity}: ${text}`),
        ),
        list("Assumptions", assumptions),
        questionsOf(questions),
        list("Acceptance criteria", criteria),
        list(
          "Tasks",
          tasks.map(({ title, description }) => (description === undefined ? title : `${title}: ${description}`)),
        ),
      ];
    }
    case "requirement_refinement": {
      const {
        questions,
        blockers,
        assumptions,
        goals,
        non_goals: nonGoals,
        acceptance_criteria: criteria,
      } = result.data;
      return [
        list("Goals", goals),
        list("Not goals", nonGoals),
        list("Acceptance criteria", criteria),
        list("Assumptions", assumptions),
        list("Blockers", blockers),
        questionsOf(questions),
      ];
    }
    case "review_routing": {
      const { reviewers, risk_tags: tags, checklist, destination, rationale } = result.data;
      return [
        destination === null ? "" : `For: ${destination}`,
        list(
          "Reviewers",
          reviewers.map(({ name, reason }) => `${name}: ${reason}`),
        ),
        list("Risky about it", tags),
        list("To look at", checklist),
        rationale,
      ];
    }
  }
}

function section(title: string, text: string): string {
  return `### ${title}\n\n${text.trim()}`;
}

function list(title: string, items: readonly string[]): string {
  return items.length === 0 ? "" : section(title, items.map((item) => `- ${item.trim()}`).join("\n"));
}

function questionsOf(questions: readonly OpenQuestion[]): string {
  return list(
    "Questions",
    questions.map(({ text, blocking }) => (blocking ? `${text} (nothing begins without the answer)` : text)),
  );
}
