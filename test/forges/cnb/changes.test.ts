import { afterEach, describe, expect, it, vi } from "vitest";
import type { FakeCnbOptions } from "../../../dev/fakes/cnb/index.ts";
import type { Forge } from "../../../src/contracts/forge.ts";
import { cnbForge } from "../../../src/forges/cnb/index.ts";
import type { Change } from "../../../src/model/change.ts";
import { ask, type CnbStage, cnbStage, push, REPO, seedOf } from "./stage.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const calm = { signal: new AbortController().signal };

let stage: CnbStage;
let forge: Forge;
afterEach(() => stage.dispose());

type Repo = Parameters<typeof seedOf>[0];

async function start(repo: Repo = {}, more: object = {}, fake: FakeCnbOptions = {}): Promise<void> {
  stage = await cnbStage({ seed: seedOf(repo), ...fake });
  forge = await cnbForge.open({ ...stage.options(), ...more }, stage.context);
}

async function opened(branch = "work/one", draft = false): Promise<Change> {
  const headSha = push(stage, branch, { "a.txt": "1\n", [branch.replace("/", "-")]: "1\n" });
  return forge.ensureChange({ branch, base: "main", headSha, title: "One", body: "Why.", draft }, calm);
}

async function now(id: string, as = forge): Promise<Change> {
  const [change] = await as.changesByIds([id], calm);
  if (change === undefined) throw new Error(`no change ${id}`);
  return change;
}

describe("a change", () => {
  it("gets the required label and the draft's own, whether it is made or found, made first where they lack", async () => {
    await start({ labels: ["hers"] }, { options: { required_pr_label: "maestro" } });
    const change = await opened();
    expect(change.labels).toEqual(["maestro"]);
    await ask(stage, "alice", `PUT /pulls/${change.id}/labels`, { labels: ["hers"] });
    const { branch, base, headSha, title, body } = change;
    const again = await forge.ensureChange({ branch, base, headSha, title, body, labels: ["own"] }, calm);
    expect([...(again.labels ?? [])].sort()).toEqual(["hers", "maestro", "own"]);
  });

  it("is a draft by its title, which nobody sees, until it is told to be none", async () => {
    await start();
    const change = await opened("work/one", true);
    expect(change).toMatchObject({ draft: true, title: "One" });
    expect(stage.fake.data.pulls[0]?.title).toBe("WIP: One");
    expect(await forge.merge(change.id, change.headSha, calm)).toMatchObject({ kind: "refused", code: "not_allowed" });
    await forge.updateChange?.(change.id, { title: "Two" }, calm);
    expect(await now(change.id)).toMatchObject({ draft: true, title: "Two", body: "Why." });
    for (const _ of [1, 2]) await forge.setDraft?.(change.id, false, calm);
    expect(stage.fake.data.pulls[0]?.title).toBe("Two");
    expect(stage.fake.server.log.of("PATCH /{repo}/-/pulls/{number}")).toHaveLength(2);
    await forge.setDraft?.(change.id, true, calm);
    expect(await now(change.id)).toMatchObject({ draft: true, title: "Two" });
  });

  it("of a fork with a branch of the same name is not ours", async () => {
    await start();
    const change = await opened();
    expect((await forge.findChange(change.branch, calm))?.id).toBe(change.id);
    const side = { ref: `refs/heads/${change.branch}`, sha: change.headSha, repo: { path: "acme/fork" } };
    const body = JSON.stringify([{ number: change.id, state: "open", head: side, base: side }]);
    stage.fake.server.faults.add({ kind: "status", operation: "GET /{repo}/-/pulls", status: 200, body });
    expect(await forge.findChange(change.branch, calm)).toBeUndefined();
  });

  it("is reached by Git with a login for its host alone", async () => {
    await start();
    const { host } = new URL(stage.fake.url);
    expect(forge.remote()).toBe(`${stage.fake.url}/${REPO}.git`);
    const credential = await forge.gitCredential?.(calm);
    expect([credential?.host, credential?.username]).toEqual([host, "cnb"]);
    const hosted = await cnbForge.open({ repository: "a/b", token: "x-token" }, stage.context);
    expect(hosted.remote()).toBe("https://cnb.cool/a/b.git");
    expect((await hosted.gitCredential?.(calm))?.host).toBe("cnb.cool");
  });
});
