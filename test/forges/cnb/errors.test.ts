import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeCnbOptions } from "../../../dev/fakes/cnb/index.ts";
import { isMaestroError } from "../../../src/base/errors.ts";
import type { Forge } from "../../../src/contracts/forge.ts";
import { cnbForge } from "../../../src/forges/cnb/index.ts";
import type { Change } from "../../../src/model/change.ts";
import { type CnbStage, cnbStage, push, REPO, seedOf, tokenOf } from "./stage.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const calm = { signal: new AbortController().signal };

let stage: CnbStage;
let forge: Forge;
beforeEach(() => start());
afterEach(() => stage.dispose());

async function start(options: FakeCnbOptions = {}): Promise<void> {
  await stage?.dispose();
  stage = await cnbStage(options);
  forge = await cnbForge.open({ ...stage.options(), webhook_secret: "hook-secret" }, stage.context);
}

function draftOf(branch = "work/one") {
  const headSha = push(stage, branch, { [`${branch.replace("/", "-")}.txt`]: "1\n" });
  return { branch, base: "main", headSha, title: "One", body: "Why." };
}

async function opened(): Promise<Change> {
  return forge.ensureChange(draftOf(), calm);
}

async function failureOf(work: () => Promise<unknown>) {
  try {
    await work();
  } catch (error) {
    if (isMaestroError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("errors", () => {
  it("name the scope that is missing, what finds the request, and never the token", async () => {
    const change = await opened();
    const token = stage.fake.data.tokens.find(({ username }) => username === "maestro");
    if (token !== undefined) token.scopes = ["repo-pr:r", "repo-notes:r", "repo-code:r", "repo-manage:r"];
    const refused = await failureOf(() => forge.close(change.id, calm));
    expect(refused).toMatchObject({
      ...{ code: "forge_auth", message: expect.stringContaining("repo-pr:rw"), hint: expect.stringContaining("scope") },
      facts: { status: 403, errcode: "7", trace: expect.stringMatching(/^00-/) },
    });
    const wrong = await cnbForge.open({ ...stage.options(), token: "cnb-wrong-one" }, stage.context);
    const unknown = await failureOf(() => wrong.health(calm));
    expect(unknown).toMatchObject({ code: "forge_auth", hint: expect.stringContaining("token") });
    await stage.fake.close();
    const lost = await failureOf(() => forge.merge(change.id, change.headSha, calm));
    for (const error of [refused, unknown, lost]) {
      const all = JSON.stringify([error.message, error.hint, error.facts, String(error.cause), error.stack]);
      expect(all).not.toMatch(new RegExp(`${tokenOf("maestro")}|wrong-one`));
    }
    expect(stage.context.secrets.redact(tokenOf("maestro"))).toBe("[REDACTED:cnb_token]");
  });

  it("never take a repository that is hidden for one without branches or changes", async () => {
    const draft = draftOf();
    const repo = stage.fake.data.repos[0];
    if (repo !== undefined) Object.assign(repo, { private: true, members: {} });
    const asks = [
      () => forge.branchHead("work/one", calm),
      () => forge.deleteBranch("work/one", null, calm),
      () => forge.ensureChange(draft, calm),
      () => forge.findChange("work/one", calm),
      () => forge.changesByIds(["1"], calm),
    ];
    for (const ask of asks) expect((await failureOf(ask)).code).toBe("forge_not_found");
  });

  it("tell what a change cannot be made of, or turned into", async () => {
    const draft = draftOf();
    const noBase = await failureOf(() => forge.ensureChange({ ...draft, base: "trunk" }, calm));
    expect(noBase).toMatchObject({ code: "forge_not_found", facts: { branch: "trunk" } });
    const main = stage.fake.git(REPO).head("main") ?? "";
    stage.fake.git(REPO).moveRef("refs/heads/work/same", main, "0".repeat(40));
    const same = await failureOf(() => forge.ensureChange({ ...draft, branch: "work/same", headSha: main }, calm));
    expect(same).toMatchObject({ code: "forge_status", message: expect.stringContaining("no commits") });
    const change = await forge.ensureChange(draft, calm);
    push(stage, "next", { "next.txt": "1\n" });
    const moved = await failureOf(() => forge.ensureChange({ ...draft, base: "next" }, calm));
    expect(moved).toMatchObject({ code: "forge_conflict", facts: { change_id: change.id, base: "main" } });
  });

  it("of health name what does not do", async () => {
    await forge.health(calm);
    const reader = await cnbForge.open(stage.options("reader"), stage.context);
    expect(await failureOf(() => reader.health(calm))).toMatchObject({
      code: "forge_auth",
      hint: expect.stringContaining("developer"),
    });
    await start({ seed: seedOf({ allow: { squash: false } }) });
    expect(await failureOf(() => forge.health(calm))).toMatchObject({ message: expect.stringContaining("squash") });
    const token = stage.fake.data.tokens.find(({ username }) => username === "maestro");
    if (token !== undefined) token.scopes = ["repo-pr:r"];
    expect(await failureOf(() => forge.health(calm))).toMatchObject({ hint: expect.stringContaining("repo-manage:r") });
  });
});

describe("a call from a pipeline", () => {
  const at = 1_700_000_000;
  const bodyOf = (more: object = {}) => Buffer.from(JSON.stringify({ id: "cnb-1", at, pull: "7", ...more }));
  const sign = (body: Buffer, secret = "hook-secret") => {
    return { "x-maestro-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` };
  };
  const deliver = (body: Buffer, headers: Record<string, string>, receivedAt = at * 1_000 + 60_000) =>
    forge.readDelivery?.({ body, headers, receivedAt });

  it("is taken by its signature over the raw bytes and the instant in them", async () => {
    const body = bodyOf();
    expect(deliver(body, sign(body))).toEqual({ ok: true, id: "cnb-1", subjects: ["7"] });
    expect(deliver(bodyOf({ pull: 8 }), sign(body))).toEqual({ ok: false, code: "bad_signature" });
    expect(deliver(body, sign(body, "other"))).toEqual({ ok: false, code: "bad_signature" });
    expect(deliver(body, {})).toEqual({ ok: false, code: "unsigned" });
    expect(deliver(body, sign(body), at * 1_000 + 301_000)).toEqual({ ok: false, code: "too_old" });
    const odd = bodyOf({ id: "" });
    expect(deliver(odd, sign(odd))).toEqual({ ok: false, code: "unreadable" });
    const plain = await cnbForge.open(stage.options(), stage.context);
    expect(plain.readDelivery?.({ body, headers: sign(body, ""), receivedAt: 0 })).toEqual({
      ok: false,
      code: "unsigned",
    });
  });
});
