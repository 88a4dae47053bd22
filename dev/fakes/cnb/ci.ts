import type { Reply } from "../shared/http.ts";
import { type Json, textOf, textsOf } from "../shared/json.ts";
import type { CnbRepo } from "./state.ts";
import { webOf } from "./views.ts";
import type { World } from "./world.ts";

/** What CI says about a commit. */
export interface CiReport {
  readonly context: string;
  /** `pending`, `running`, `success`, `failure`, `error`, `skipped` … */
  readonly state: string;
  readonly description?: string;
  /** Lines that the build printed; with them there is a build to look at. */
  readonly log?: readonly string[];
}

/** The newest word of one context on a commit replaces the one before. */
export function report(
  world: World,
  repo: CnbRepo,
  sha: string,
  { context, state, description = "", log }: CiReport,
): void {
  const { data, now } = world;
  const sn = `cnb-${world.nextId()}`;
  const known = data.statuses.find((one) => one.repoId === repo.id && one.sha === sha && one.context === context);
  const targetUrl = log === undefined ? "" : `${webOf(repo)}/-/build/logs/${sn}`;
  const said = { state, description, targetUrl, updatedAt: now };
  if (known === undefined) data.statuses.push({ repoId: repo.id, sha, context, createdAt: now, ...said });
  else Object.assign(known, said);
  if (log !== undefined) {
    const sourceRef = data.pulls.find((pull) => pull.repoId === repo.id && pull.headSha === sha)?.head ?? "";
    data.builds.push({ sn, repoId: repo.id, sha, sourceRef, context, state, log: [...log], createdAt: now });
  }
  world.store.commit();
}

/** The same for a judge in another process: `POST /_ci/{repo}` with `{sha, context, state, description?, log?}`. */
export function answerCi(world: World, path: string, body: Json): Reply {
  const repo = world.data.repos.find((one) => one.path === path);
  const [sha, context, state] = [textOf(body.sha), textOf(body.context), textOf(body.state)];
  if (repo === undefined || sha === undefined || context === undefined || state === undefined) {
    return { status: 400, body: { message: "needs a repository that is there, sha, context and state" } };
  }
  const description = textOf(body.description) ?? "";
  report(world, repo, sha, { context, state, description, ...(Array.isArray(body.log) && { log: textsOf(body.log) }) });
  return { status: 200, body: {} };
}
