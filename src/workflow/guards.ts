import { APPROVAL_EXPIRES_MS, type ApprovalSettings } from "../model/approval.ts";
import type { Profile } from "../model/profile.ts";
import type { TrustSettings } from "../model/trust.ts";
import type { ProfileFile } from "./schema/profile-file.ts";
import type { WorkflowFile } from "./schema/workflow-file.ts";

/** What a file says itself of what people are asked first. */
export function writtenApprovals(section: NonNullable<ProfileFile["approvals"]>): Partial<ApprovalSettings> {
  const { before_dispatch, before_push, before_review, before_merge, tools, on_expiry } = section;
  const { cost_step_usd, cost_step_tokens, expires_ms } = section;
  return {
    ...(before_dispatch === undefined ? {} : { beforeDispatch: before_dispatch }),
    ...(before_push === undefined ? {} : { beforePush: before_push }),
    ...(before_review === undefined ? {} : { beforeReview: before_review }),
    ...(before_merge === undefined ? {} : { beforeMerge: before_merge }),
    ...(tools === undefined ? {} : { tools }),
    ...(cost_step_usd === undefined ? {} : { costStepUsd: cost_step_usd }),
    ...(cost_step_tokens === undefined ? {} : { costStepTokens: cost_step_tokens }),
    ...(expires_ms === undefined ? {} : { expiresMs: expires_ms }),
    ...(on_expiry === undefined ? {} : { onExpiry: on_expiry }),
  };
}

/** Nobody is asked anything. */
const NOTHING: ApprovalSettings = {
  ...{ beforeDispatch: false, beforePush: false, beforeReview: false, beforeMerge: false, tools: [] },
  ...{ costStepUsd: null, costStepTokens: null, expiresMs: APPROVAL_EXPIRES_MS, onExpiry: "deny" },
};

/** What people are asked first: what the file says, else the profile. Nothing at all is left out. */
export function readApprovals(
  section: WorkflowFile["approvals"],
  profile: Profile | undefined,
): { readonly approvals?: ApprovalSettings } {
  const settings = { ...NOTHING, ...profile?.approvals, ...writtenApprovals(section) };
  const { beforeDispatch, beforePush, beforeReview, beforeMerge, tools, costStepUsd, costStepTokens } = settings;
  const asks = beforeDispatch || beforePush || beforeReview || beforeMerge || tools.length > 0;
  return asks || costStepUsd !== null || costStepTokens !== null ? { approvals: settings } : {};
}

/** The `trust` section. */
export function readTrust({
  authors,
  associations,
  others,
  issues,
  accept_label,
}: WorkflowFile["trust"]): TrustSettings {
  return { authors, associations, others, issues, acceptLabel: accept_label.trim().toLowerCase() };
}
