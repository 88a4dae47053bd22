import type { JsonObject } from "../../base/json.ts";
import type { ResultKind } from "../../model/profile.ts";

const text = (description: string, maxLength = 4_000): JsonObject => ({
  type: "string",
  minLength: 1,
  maxLength,
  description,
});
const texts = (description: string, itemLength = 2_000): JsonObject => ({
  type: "array",
  maxItems: 50,
  items: { type: "string", minLength: 1, maxLength: itemLength },
  description,
});
const map = (properties: JsonObject, optional: readonly string[] = []): JsonObject => ({
  type: "object",
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  properties,
  additionalProperties: false,
});
const list = (items: JsonObject, description: string): JsonObject => ({
  type: "array",
  maxItems: 50,
  items,
  description,
});
const RISK: readonly string[] = ["low", "medium", "high"];

const questions = list(
  map({
    text: text("The question, to be understood without having followed your work."),
    blocking: { type: "boolean", description: "Whether work cannot begin without the answer." },
  }),
  "What only people can say.",
);

/** The JSON Schema of each kind of result; validators are generated from the same objects. */
export const RESULT_SCHEMAS: Readonly<Record<ResultKind, JsonObject>> = {
  triage: map(
    {
      type: text("What kind of issue it is, in one word, e.g. bug.", 60),
      priority: {
        anyOf: [{ type: "integer", minimum: 1, maximum: 4 }, { type: "null" }],
        description: "1 is the most urgent, 4 the least; null when it cannot be told.",
      },
      risk: { type: "string", enum: RISK, description: "How likely and how bad it is that work on it goes wrong." },
      owner: {
        anyOf: [{ type: "string", minLength: 1, maxLength: 200 }, { type: "null" }],
        description: "Who should have it, as the tracker names people; null for nobody in particular.",
      },
      duplicates: texts("Identifiers of issues that say the same.", 200),
      rationale: text("Why, in some sentences."),
      questions: texts("What has to be known first."),
      labels: texts("Labels beside those for type and risk.", 60),
    },
    ["duplicates", "questions", "labels"],
  ),
  requirement_analysis: map({
    scope: text("What belongs to it and what does not."),
    risks: list(
      map({ text: text("The risk."), severity: { type: "string", enum: RISK, description: "How bad it would be." } }),
      "What can go wrong.",
    ),
    impact: text("What it changes for users, data and other parts."),
    assumptions: texts("What you took for granted, as opposed to what is written."),
    questions,
    acceptance_criteria: texts("How one can tell that it is done, each checkable."),
    tasks: list(
      map({ title: text("What is to be done.", 300), description: text("How, where and why.") }, ["description"]),
      "The steps, in an order in which they can be done.",
    ),
  }),
  requirement_refinement: map({
    questions,
    blockers: texts("What stands in the way: issues, decisions, access."),
    assumptions: texts("What you took for granted, as opposed to what is written."),
    goals: texts("What it is to achieve."),
    non_goals: texts("What it is not to do, although one could think so."),
    acceptance_criteria: texts("How one can tell that it is done, each checkable."),
  }),
  review_routing: map({
    reviewers: list(
      map({
        name: text("As the tracker or the forge names people.", 200),
        reason: text("Why this person, e.g. wrote most of the touched files."),
      }),
      "Who should look at it, the best first.",
    ),
    risk_tags: texts("What is risky about it, one word each, e.g. security.", 60),
    checklist: texts("What the reviewers should look at."),
    destination: {
      anyOf: [{ type: "string", minLength: 1, maxLength: 200 }, { type: "null" }],
      description: "The team or queue; null for the reviewers alone.",
    },
    rationale: text("Why."),
  }),
};
