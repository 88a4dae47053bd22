import type { ForgeHarness } from "../../../src/contracts/conformance/forge.ts";
import type { Forge } from "../../../src/contracts/forge.ts";
import { githubForge } from "../../../src/forges/github/index.ts";
import { type GithubStage, githubStage } from "./stage.ts";

/** The call that carries a verb's effect, or its answer. */
const CALLS: Readonly<Record<string, string>> = {
  ensureChange: "POST /repos/{owner}/{repo}/pulls",
  review: "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
  publishCheck: "POST /repos/{owner}/{repo}/statuses/{sha}",
  merge: "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge",
  deleteBranch: "DELETE /repos/{owner}/{repo}/git/refs/{ref}",
  changesByIds: "query viewer",
  branchHead: "GET /repos/{owner}/{repo}/git/ref/{ref}",
};

const BY = { name: "agent", email: "agent@example.invalid", at: 1_700_000_000 };
/** The fake's time between two verbs, so that the past can be told from the present. */
const BETWEEN_MS = 10_000;

/** GitHub as the conformance cases use it: whoever reviews or comments does so with a credential of their own. */
export async function githubHarness(): Promise<ForgeHarness & { dispose(): Promise<void> }> {
  const stage = await githubStage();
  const { fake } = stage;
  const git = fake.git("acme", "app");
  const open = async (): Promise<Forge> => withPeople(stage, await githubForge.open(stage.options(), stage.context));
  return {
    base: "main",
    open,
    reopen: open,
    push: async (branch, files) => {
      const from = git.head(branch) === undefined ? "main" : branch;
      const head = git.commitFiles(branch, Object.keys(files).join(", "), files, BY, from);
      followPush(stage, branch, head);
      return head;
    },
    makeConflict: async ({ branch }) => {
      git.commitFiles("main", "elsewhere", { [`${branch.replaceAll("/", "-")}.txt`]: "other\n" }, BY);
    },
    sever: () => fake.close(),
    failNext: async (verb, fault) => fail(stage, verb, fault),
    pause: () => stage.clock.sleep(1),
    dispose: () => stage.dispose(),
  };
}

/** What a push over HTTP tells the fake. */
function followPush({ fake }: GithubStage, branch: string, head: string): void {
  for (const pull of fake.data.pulls) if (pull.head === branch && isOpen(fake, pull.id)) pull.headSha = head;
}

function isOpen(fake: GithubStage["fake"], id: number): boolean {
  return fake.data.issues.some((issue) => issue.id === id && issue.state === "open");
}

function fail({ fake }: GithubStage, verb: string, fault: string): void {
  const operation = CALLS[verb] ?? "";
  if (fault === "lost_request") fake.server.faults.add({ kind: "drop_before", operation });
  else if (fault === "lost_answer") fake.server.faults.add({ kind: "drop_after", operation });
  else if (fault === "refused") fake.server.faults.add({ kind: "rate_limit", operation });
  else if (verb === "branchHead") {
    // Git itself is never stale; GitHub's answer about it can be.
    const sha = fake.git("acme", "app").git(["rev-parse", "main^1"]);
    const body = { ref: "refs/heads/main", object: { sha } };
    const headers = { "content-type": "application/json" };
    fake.server.faults.add({ kind: "status", operation, status: 200, body: JSON.stringify(body), headers });
  } // Twice: what was open then is asked about again, for its mergeability.
  else fake.server.faults.add({ kind: "stale", operation, ms: 1.5 * BETWEEN_MS, times: 2 });
}

function withPeople(stage: GithubStage, forge: Forge): Forge {
  const as = async (login: string): Promise<Forge> => githubForge.open(stage.options(login), stage.context);
  const asPerson: Partial<Forge> = {
    review: async (id, review, call) => (await as(review.author)).review(id, review, call),
    comment: async (id, author, body, call) => (await as(author)).comment(id, author, body, call),
  };
  return new Proxy(forge, {
    get: (target, key) => {
      const own: unknown = Reflect.get(asPerson, key) ?? Reflect.get(target, key);
      if (typeof own !== "function") return own;
      return (...given: unknown[]) => {
        stage.fake.server.clock.advance(BETWEEN_MS);
        return own.apply(target, given);
      };
    },
  });
}
