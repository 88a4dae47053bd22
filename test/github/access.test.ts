import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { githubForge } from "../../src/forges/github/index.ts";
import { type GithubStage, githubStage, seedOf, tokenOf } from "../forges/github/stage.ts";

vi.setConfig({ testTimeout: 60_000 });

const calm = { signal: new AbortController().signal };
let stage: GithubStage | undefined;
afterEach(async () => {
  await stage?.dispose();
  stage = undefined;
});

async function start(): Promise<GithubStage> {
  stage = await githubStage();
  return stage;
}

describe("the place", () => {
  it.each([
    ["https://github.com/acme/app.git", {}, "https://github.com/acme/app.git"],
    ["git@github.com:acme/app.git", {}, "https://github.com/acme/app.git"],
    [
      "ssh://git@git.acme.example/acme/app",
      { api_base_url: "https://git.acme.example/api/v3" },
      "https://git.acme.example/acme/app.git",
    ],
    [
      null,
      { repository: "acme/app", api_base_url: "https://api.acme.ghe.example/" },
      "https://acme.ghe.example/acme/app.git",
    ],
    [null, { repository: "acme/app", web_base_url: "https://mirror.example/" }, "https://mirror.example/acme/app.git"],
    [
      null,
      { repository: "acme/app", api_base_url: null, options: { required_pr_label: null } },
      "https://github.com/acme/app.git",
    ],
  ])("of remote %s and %j is %s, and Git's login is for that host alone", async (remote, options, expected) => {
    const { context } = await start();
    const repository = { path: null, baseBranch: "main", remote };
    const forge = await githubForge.open({ token: "ghp_some-token", ...options }, { ...context, repository });
    expect(forge.remote()).toBe(expected);
    expect(await forge.gitCredential?.(calm)).toEqual({
      host: new URL(expected).host,
      username: "x-access-token",
      password: "ghp_some-token",
    });
  });

  it("has to be named somewhere", async () => {
    const { context } = await start();
    await expect(githubForge.open({ token: "ghp_some-token" }, context)).rejects.toMatchObject({
      code: "forge_invalid_config",
      facts: { path: ["repository"] },
    });
  });
});

describe("the options", () => {
  it.each([
    [{ tokn: "x" }, { hint: 'did you mean "token"?', facts: expect.objectContaining({ path: ["tokn"] }) }],
    [{ repository: "only-a-name" }, { facts: { path: ["repository"] } }],
    [{ merge_method: "octopus" }, { facts: { path: ["merge_method"] } }],
    [{ options: { required_pr_labl: "x" } }, { hint: 'did you mean "required_pr_label"?' }],
    [{ api_base_url: "https://user:secret@host/" }, { facts: { path: ["api_base_url"] } }],
  ])("%j are refused with the place", (options, expected) => {
    expect(() => githubForge.parseOptions(options)).toThrow(
      expect.objectContaining({ code: "forge_invalid_config", ...expected }),
    );
  });
});

describe("the credential", () => {
  it("is never taken from the surroundings unless that was chosen", async () => {
    const { context, fake } = await start();
    const options = { repository: "acme/app", api_base_url: fake.url };
    const environment = { GITHUB_TOKEN: tokenOf("alice"), GH_TOKEN: tokenOf("maestro") };
    const missing = { code: "forge_missing_secret", hint: expect.stringContaining("GITHUB_TOKEN") };
    await expect(githubForge.open(options, { ...context, environment })).rejects.toMatchObject(missing);
    const chosen = { ...options, auth: { from: "environment" } };
    const open = async (values: Record<string, string>) =>
      (await githubForge.open(chosen, { ...context, environment: values })).gitCredential?.(calm);
    expect(await open(environment)).toMatchObject({ password: tokenOf("alice") });
    expect(await open({ GH_TOKEN: tokenOf("maestro") })).toMatchObject({ password: tokenOf("maestro") });
    await expect(open({})).rejects.toMatchObject({ code: "forge_missing_secret" });
    const both = { ...chosen, token: "ghp_some-token" };
    await expect(githubForge.open(both, { ...context, environment })).rejects.toMatchObject(missing);
    const unresolved = { ...options, token: "$GITHUB_TOKEN" };
    await expect(githubForge.open(unresolved, context)).rejects.toMatchObject(missing);
  });

  it("is what gh keeps for this server when that was chosen", async () => {
    const { context, fake } = await start();
    const bin = join(context.directory, "bin");
    mkdirSync(bin);
    const answer = `[ "$*" = "auth token --hostname ${new URL(fake.url).host}" ] && echo ${tokenOf("maestro")}`;
    writeFileSync(join(bin, "gh"), `#!/bin/sh\n${answer}\n`);
    chmodSync(join(bin, "gh"), 0o755);
    const options = { repository: "acme/app", api_base_url: fake.url, auth: { from: "gh" } };
    const environment = { PATH: `${bin}:/usr/bin:/bin` };
    const forge = await githubForge.open(options, { ...context, environment });
    await forge.health(calm);
    const none = { ...context, environment: { PATH: join(context.directory, "empty") } };
    await expect(githubForge.open(options, none)).rejects.toMatchObject({
      code: "forge_auth",
      hint: expect.stringContaining("gh auth login"),
    });
  });

  it("of an App is renewed before its hour is over", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const app = {
      id: 42,
      slug: "maestro",
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      installations: [{ id: 7, account: "acme", repos: ["acme/app"] }],
    };
    stage = await githubStage({ seed: { ...seedOf(), apps: [app] } });
    const { fake, context } = stage;
    let shift = 0;
    const clock = { ...context.clock, now: () => Date.now() + shift };
    const auth = { app_id: 42, private_key: pem.replaceAll("\n", "\\n"), installation_id: "7" };
    const options = { repository: "acme/app", api_base_url: fake.url, auth };
    const forge = await githubForge.open(options, { ...context, clock });
    await forge.health(calm);
    const first = await forge.gitCredential?.(calm);
    expect((await forge.gitCredential?.(calm))?.password).toBe(first?.password);
    shift = 58 * 60_000;
    fake.server.clock.advance(shift);
    const second = await forge.gitCredential?.(calm);
    expect(second?.password).not.toBe(first?.password);
    await forge.health(calm);
    expect(context.secrets.redact(`${first?.password} ${second?.password}`)).toBe(
      "[REDACTED:github_token] [REDACTED:github_token]",
    );
    const wrong = { ...options, auth: { ...auth, private_key: "no key" } };
    const broken = await githubForge.open(wrong, context);
    await expect(broken.health(calm)).rejects.toMatchObject({ code: "forge_auth" });
  });
});
