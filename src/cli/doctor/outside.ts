import { withDeadline } from "../../base/abort.ts";
import { isMaestroError } from "../../base/errors.ts";
import type { BranchRules } from "../../contracts/forge.ts";
import { using } from "../reading.ts";
import { attempt, type Check, CHECK_LIMIT_MS, type DoctorPlace, fail, ok, type Section, warn } from "./check.ts";
import { checkTracker } from "./tracker.ts";

/** Tracker and forge: reached and read, never written. */
export const outside: Section = {
  id: "outside",
  title: "Tracker and forge",
  checks: async (place) => {
    const { workflow } = place;
    if (isMaestroError(workflow)) return [];
    const tracker = await checkTracker(place, workflow);
    if (workflow.repo === null) return tracker;
    return [...tracker, ...(await checkForge(place, workflow.repo.baseBranch))];
  },
};

const MEND_FORGE = "`maestro smoke forge` tries it step by step.";

async function checkForge({ app, project, signal }: DoctorPlace, base: string): Promise<Check[]> {
  if (isMaestroError(project)) return [];
  let head: string | undefined;
  let rules: BranchRules | undefined;
  const reached = await attempt(
    "forge",
    async () => {
      const { kind } = await using(await app.forge(project), async (forge) => {
        head = await withDeadline(app.clock, CHECK_LIMIT_MS, signal, async (bounded) => {
          await forge.health({ signal: bounded });
          const found = await forge.branchHead(base, { signal: bounded });
          if (found !== undefined) rules = await forge.branchRules?.(base, { signal: bounded });
          return found;
        });
        return forge;
      });
      return `the forge "${kind}" can be reached and read`;
    },
    MEND_FORGE,
  );
  if (reached.status !== "ok") return [reached];
  const branch =
    head === undefined
      ? fail("base_branch", "forge_not_found", `it has no branch "${base}"`, "Correct repo.base_branch, or push it.")
      : await attempt("base_branch", async () => `"${base}" is at ${head?.slice(0, 10)}`);
  return [reached, branch, ...(rules === undefined ? [] : [judgeRules(base, rules)])];
}

/** A base branch that anybody may push to is the forge's last gate left open; Maestro's own gates hold nevertheless. */
function judgeRules(base: string, { requiredChecks, requiredApprovals }: BranchRules): Check {
  if (requiredChecks === null && requiredApprovals === null)
    return ok("protection", `the forge does not tell this login what "${base}" asks of a change`);
  const asks = [
    ...(requiredApprovals === null || requiredApprovals === 0 ? [] : [`${requiredApprovals} approvals`]),
    ...(requiredChecks ?? []).map((check) => `the check "${check}"`),
  ];
  if (asks.length > 0) return ok("protection", `"${base}" asks of a change: ${asks.join(", ")}`);
  return warn(
    "protection",
    `"${base}" is not protected: the forge asks for no review and no check`,
    "Protect the branch on the forge: require a pull request with an approval, and your checks.",
  );
}
