import type { ForgeHarness } from "../../../src/contracts/conformance/forge.ts";
import type { Forge } from "../../../src/contracts/forge.ts";
import { cnbForge } from "../../../src/forges/cnb/index.ts";
import { type CnbStage, cnbStage, push, REPO } from "./stage.ts";

/** The call that carries a verb's effect, or its answer. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  ensureChange: ["POST /{repo}/-/pulls"],
  review: ["POST /{repo}/-/pulls/{number}/reviews"],
  publishCheck: ["POST /{repo}/-/pulls/{number}/comments"],
  merge: ["PUT /{repo}/-/pulls/{number}/merge"],
  deleteBranch: ["git-receive-pack"],
  changesByIds: ["GET /{repo}/-/pull-in-batch", "GET /{repo}/-/pulls/{number}"],
  branchHead: ["git-upload-pack refs"],
};

/** The fake's time between two verbs, so that the past can be told from the present. */
const BETWEEN_MS = 10_000;

/** CNB as the conformance cases use it: whoever reviews or comments does so with a token of their own. */
export async function cnbHarness(): Promise<ForgeHarness & { dispose(): Promise<void> }> {
  const stage = await cnbStage();
  const { fake } = stage;
  const open = async (): Promise<Forge> => withPeople(stage, await cnbForge.open(stage.options(), stage.context));
  return {
    base: "main",
    open,
    reopen: open,
    push: async (branch, files) => push(stage, branch, files),
    makeConflict: async ({ branch }) => {
      push(stage, "main", { [`${branch.replaceAll("/", "-")}.txt`]: "other\n" });
    },
    sever: () => fake.close(),
    failNext: async (verb, fault) => fail(stage, verb, fault),
    pause: () => stage.clock.sleep(1),
    dispose: () => stage.dispose(),
  };
}

function fail({ fake }: CnbStage, verb: string, fault: string): void {
  for (const operation of CALLS[verb] ?? []) {
    if (fault === "lost_request") fake.server.faults.add({ kind: "drop_before", operation });
    else if (fault === "lost_answer") fake.server.faults.add({ kind: "drop_after", operation });
    else if (fault === "refused") fake.server.faults.add({ kind: "status", operation, status: 403 });
    else if (verb === "branchHead") {
      // Git itself is never stale; what stands between it and the caller can be.
      const sha = fake.git(REPO).git(["rev-parse", "main^1"]);
      const packets = ["# service=git-upload-pack\n", "", `${sha} refs/heads/main\n`, ""];
      fake.server.faults.add({ kind: "status", operation, status: 200, body: packets.map(packet).join("") });
    } // Twice: what was open then is asked about again, for its mergeability.
    else
      fake.server.faults.add({
        kind: "stale",
        operation,
        ms: 1.5 * BETWEEN_MS,
        times: verb === "changesByIds" ? 1 : 2,
      });
  }
}

function packet(text: string): string {
  return text === "" ? "0000" : (text.length + 4).toString(16).padStart(4, "0") + text;
}

function withPeople(stage: CnbStage, forge: Forge): Forge {
  const as = async (username: string): Promise<Forge> => cnbForge.open(stage.options(username), stage.context);
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
