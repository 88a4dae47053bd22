import { afterEach, describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import type { Intent } from "../../src/model/outbox.ts";
import { Workshop } from "./workshop.ts";

const BRANCH = "maestro/demo-1";
const options = { signal: new AbortController().signal };

let shop: Workshop;
afterEach(() => shop.close());

async function clean(set: (shop: Workshop) => void, expected: string | null = "head-1") {
  shop = new Workshop();
  set(shop);
  await shop.start(BRANCH);
  shop.forge.receivePush(BRANCH, "head-1", null);
  const draft = { branch: BRANCH, base: "main", headSha: "head-1", title: "t", body: "b" };
  await shop.forge.ensureChange(draft, options);
  const intent: Intent = { kind: "delete_branch", branch: BRANCH, headSha: expected };
  await shop.enqueue("clean", { branch: BRANCH, deleteBranch: true }, [intent]);
  return shop.outcome();
}

describe("a cleaning", () => {
  it("removes workspace and branch, and says where the salvage lies", async () => {
    const outcome = await clean(({ workspaces }) => {
      workspaces.salvage = "/state/salvage/demo-1";
    });
    expect(outcome).toMatchObject({ status: "succeeded", reason: { code: "cleaned" } });
    expect(outcome.reason.sentence).toContain("/state/salvage/demo-1");
    expect(await shop.eventsOf("workspace_removed")).toEqual([
      { path: "/work/workspaces/DEMO-1", salvage: "/state/salvage/demo-1" },
    ]);
    expect(await shop.forge.branchHead(BRANCH, options)).toBeUndefined();
  });

  it("keeps a branch that somebody pushed to, and has cleaned all the same", async () => {
    const outcome = await clean(() => undefined, "head-0");
    expect(outcome).toMatchObject({ status: "succeeded" });
    expect(outcome.reason.sentence).toContain("Somebody pushed to maestro/demo-1");
    expect(await shop.forge.branchHead(BRANCH, options)).toBe("head-1");
    expect(await shop.open.record.views.openOutbox()).toEqual([]);
  });

  it("leaves the branch when the workspace could not be removed", async () => {
    const outcome = await clean(({ workspaces }) => {
      workspaces.trouble.remove = async () => {
        throw new MaestroError({ code: "disk_full", message: "There is no space left." });
      };
    });
    expect(outcome).toMatchObject({ status: "failed", failure: "workspace" });
    expect(await shop.forge.branchHead(BRANCH, options)).toBe("head-1");
    expect(await shop.eventsOf("outbox_settled")).toMatchObject([{ state: "refused" }]);
  });
});
