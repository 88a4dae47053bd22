import { withDeadline } from "../../base/abort.ts";
import { isMaestroError } from "../../base/errors.ts";
import { using } from "../reading.ts";
import { attempt, type Check, CHECK_LIMIT_MS, type DoctorPlace, fail, type Section } from "./check.ts";

/** Tracker and forge: reached and read, never written. */
export const outside: Section = {
  id: "outside",
  title: "Tracker and forge",
  checks: async (place) => {
    const { workflow } = place;
    if (isMaestroError(workflow)) return [];
    const tracker = await attempt("tracker", () => reachTracker(place), MEND_TRACKER);
    if (workflow.repo === null) return [tracker];
    return [tracker, ...(await checkForge(place, workflow.repo.baseBranch))];
  },
};

const MEND_TRACKER = "`maestro smoke tracker` tries it step by step.";
const MEND_FORGE = "`maestro smoke forge` tries it step by step.";

async function reachTracker({ app, project, signal }: DoctorPlace): Promise<string> {
  if (isMaestroError(project)) throw project;
  const { kind } = await using(await app.tracker(project), async (tracker) => {
    await withDeadline(app.clock, CHECK_LIMIT_MS, signal, (bounded) => tracker.health({ signal: bounded }));
    return tracker;
  });
  return `the tracker "${kind}" can be reached and read`;
}

async function checkForge({ app, project, signal }: DoctorPlace, base: string): Promise<Check[]> {
  if (isMaestroError(project)) return [];
  let head: string | undefined;
  const reached = await attempt(
    "forge",
    async () => {
      const { kind } = await using(await app.forge(project), async (forge) => {
        head = await withDeadline(app.clock, CHECK_LIMIT_MS, signal, async (bounded) => {
          await forge.health({ signal: bounded });
          return forge.branchHead(base, { signal: bounded });
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
  return [reached, branch];
}
