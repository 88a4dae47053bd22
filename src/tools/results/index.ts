import type { ErrorObject } from "ajv";
import type { JsonObject } from "../../base/json.ts";
import type { ResultKind } from "../../model/profile.ts";
import type { RunResult } from "../../model/result.ts";
import { checkArguments } from "../arguments.ts";
import {
  validateRequirementAnalysis,
  validateRequirementRefinement,
  validateReviewRouting,
  validateTriage,
} from "./schema.gen.ts";

export { RESULT_SCHEMAS } from "./result-schemas.ts";

/** A result in the form of its kind. Throws `invalid_arguments` with every place that does not fit. */
export function readResult(kind: ResultKind, data: JsonObject): RunResult {
  switch (kind) {
    case "triage":
      return { kind, data: checkBelow(validateTriage, data) };
    case "requirement_analysis":
      return { kind, data: checkBelow(validateRequirementAnalysis, data) };
    case "requirement_refinement":
      return { kind, data: checkBelow(validateRequirementRefinement, data) };
    case "review_routing":
      return { kind, data: checkBelow(validateReviewRouting, data) };
  }
}

interface Validate<T> {
  (data: unknown): data is T;
  errors?: ErrorObject[] | null;
}

function checkBelow<T>(validate: Validate<T>, data: JsonObject): T {
  return checkArguments(validate, data, "result");
}
