import type { BranchRules } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { CnbApi } from "./api.ts";
import { unlessHidden } from "./people.ts";
import { validateProtection } from "./schema.gen.ts";

/** CNB resolves no threads and has no merge queue. */
const NEVER = { requiresResolvedThreads: false, requiresMergeQueue: false } as const;

/** What a base branch asks for: the strictest of all rules whose pattern fits. CNB tells that checks must pass, not which. */
export async function readRules(api: CnbApi, base: string, options: CallOptions): Promise<BranchRules> {
  const found = await unlessHidden(api.list("/settings/branch-protections", validateProtection, options));
  if (found === undefined) return { requiredChecks: null, requiredApprovals: null, ...NEVER };
  const own = found.filter(({ rule }) => fits(rule, base));
  const approvals = own.map((one) => {
    const least = one.required_pull_request_reviews === true ? 1 : 0;
    return Math.max(least, one.required_approved_review_count ?? 0);
  });
  return {
    requiredChecks: own.some((one) => one.required_status_checks === true) ? null : [],
    requiredApprovals: Math.max(0, ...approvals),
    ...NEVER,
  };
}

/** Patterns have `*` for any text. */
function fits(rule: string, branch: string): boolean {
  const parts = rule.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(branch);
}
