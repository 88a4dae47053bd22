import type { Clock } from "../../base/clock.ts";
import { isMaestroError } from "../../base/errors.ts";
import type { BranchRules } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { GithubClient } from "../../github/index.ts";
import type { BranchRule, ProtectionAnswer } from "./schema.ts";
import { validateBranchAnswer, validateBranchRule, validateProtectionAnswer } from "./schema.gen.ts";

/** Rules change rarely, so that polls need not ask for them each time; milliseconds. */
const KEPT_MS = 5 * 60_000;

/** What base branches ask for: rulesets, and the classic protection as far as the credential may see it. */
export class BranchRuleBook {
  readonly #client: GithubClient;
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly rules: BranchRules; readonly until: number }>();

  constructor(client: GithubClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** The rules as they were in the last five minutes. */
  async recent(base: string, options: CallOptions): Promise<BranchRules> {
    const known = this.#known.get(base);
    if (known !== undefined && known.until > this.#clock.now()) return known.rules;
    return this.read(base, options);
  }

  /** The rules as they are. */
  async read(base: string, options: CallOptions): Promise<BranchRules> {
    const [rules, contexts, protection] = await Promise.all([
      this.#rulesets(base, options),
      this.#contexts(base, options),
      this.#protection(base, options),
    ]);
    const merged = merge(rules, contexts, protection);
    this.#known.set(base, { rules: merged, until: this.#clock.now() + KEPT_MS });
    return merged;
  }

  async #rulesets(branch: string, options: CallOptions): Promise<readonly BranchRule[] | null> {
    const route = "GET /repos/{owner}/{repo}/rules/branches/{branch}";
    const found = await hidden(this.#client.list(route, { branch }, options));
    return found === undefined ? null : found.filter((rule) => validateBranchRule(rule));
  }

  /** The required checks of the classic protection, which everybody is told; `null`: not told. */
  async #contexts(branch: string, options: CallOptions): Promise<readonly string[] | null> {
    const answer = await hidden(this.#client.get("GET /repos/{owner}/{repo}/branches/{branch}", { branch }, options));
    if (!validateBranchAnswer(answer)) return null;
    if (!answer.protected) return [];
    return answer.protection?.required_status_checks?.contexts ?? null;
  }

  /** `undefined`: not told, as to everybody who is no administrator. */
  async #protection(branch: string, options: CallOptions): Promise<ProtectionAnswer | undefined> {
    const route = "GET /repos/{owner}/{repo}/branches/{branch}/protection";
    const answer = await hidden(this.#client.get(route, { branch }, options));
    return validateProtectionAnswer(answer) ? answer : undefined;
  }
}

/** What one may not see is not known; every other failure stays one. */
async function hidden<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isMaestroError(error) && /^forge_(?:not_found|auth)$/.test(error.code)) return undefined;
    throw error;
  }
}

/** The strictest of both. */
function merge(
  rules: readonly BranchRule[] | null,
  contexts: readonly string[] | null,
  protection: ProtectionAnswer | undefined,
): BranchRules {
  const parameters = (rules ?? []).map((rule) => rule.parameters ?? {});
  const classic = protection?.required_status_checks?.contexts ?? contexts;
  const fromRules = parameters.flatMap((one) => (one.required_status_checks ?? []).map(({ context }) => context));
  const approvals = [
    ...parameters.map((one) => one.required_approving_review_count ?? 0),
    protection?.required_pull_request_reviews?.required_approving_review_count ?? 0,
  ];
  const isResolved =
    parameters.some((one) => one.required_review_thread_resolution === true) ||
    protection?.required_conversation_resolution?.enabled === true;
  const isTold = rules !== null && (protection !== undefined || contexts?.length === 0);
  return {
    requiredChecks: rules === null && classic === null ? null : [...new Set([...fromRules, ...(classic ?? [])])],
    requiredApprovals: isTold || Math.max(...approvals) > 0 ? Math.max(...approvals) : null,
    requiresResolvedThreads: isResolved || (isTold ? false : null),
    requiresMergeQueue: rules === null ? null : rules.some(({ type }) => type === "merge_queue"),
  };
}
