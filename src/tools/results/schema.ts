import { Type } from "typebox";
import type * as results from "../../model/result.ts";
import { RESULT_SCHEMAS } from "./result-schemas.ts";

export type Triage = results.TriageResult;
export const Triage = Type.Unsafe<Triage>(RESULT_SCHEMAS.triage);

export type RequirementAnalysis = results.RequirementAnalysis;
export const RequirementAnalysis = Type.Unsafe<RequirementAnalysis>(RESULT_SCHEMAS.requirement_analysis);

export type RequirementRefinement = results.RequirementRefinement;
export const RequirementRefinement = Type.Unsafe<RequirementRefinement>(RESULT_SCHEMAS.requirement_refinement);

export type ReviewRouting = results.ReviewRouting;
export const ReviewRouting = Type.Unsafe<ReviewRouting>(RESULT_SCHEMAS.review_routing);
