import type { RefUpdate } from "../git-http/index.ts";
import { carryOutMerge, markMerged } from "./merge.ts";
import { Refusal } from "./refusal.ts";
import type { CnbRepo } from "./state.ts";
import { type Doing, repoById } from "./world.ts";

const ZERO = "0".repeat(40);

/** What a moved branch means for the pull requests from it and into it. */
export function afterRefUpdate(doing: Doing, repo: CnbRepo, { ref, before, after }: RefUpdate): void {
  const { world } = doing;
  const branch = ref.replace("refs/heads/", "");
  for (const pull of world.data.pulls) {
    if (pull.repoId !== repo.id || pull.state !== "open") continue;
    if (pull.head === branch && after === ZERO) Object.assign(pull, { state: "closed", updatedAt: world.now });
    else if (pull.head === branch) Object.assign(pull, { headSha: after, updatedAt: world.now });
    else if (pull.base === branch && after !== ZERO && world.git(repo).isAncestor(pull.headSha, after)) {
      markMerged(doing, pull, { sha: after, base: before, by: doing.actor });
    }
  }
}

/** Ends merges whose time has come; one that fails by then leaves its pull request open. */
export function finishMerges(doing: Doing): void {
  const { world } = doing;
  for (const pull of world.data.pulls) {
    const wish = pull.merging;
    if (wish === null || wish.until > world.now) continue;
    pull.merging = null;
    doing.call.effect = true;
    try {
      const own = { ...doing, data: world.data };
      if (pull.state === "open") carryOutMerge(own, repoById(world.data, pull.repoId), pull, wish);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
}
