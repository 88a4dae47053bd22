import { describe, expect, it } from "vitest";
import { silentLog } from "../../../src/base/log.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { SecretRegistry } from "../../../src/base/redact.ts";
import type { AdapterContext } from "../../../src/contracts/tracker.ts";
import { cnbForge } from "../../../src/forges/cnb/index.ts";

function contextOf(remote: string | null, environment: Record<string, string> = {}): AdapterContext {
  return {
    ...{ clock: systemClock(), random: systemRandom(), log: silentLog, secrets: new SecretRegistry() },
    ...{ directory: "/nowhere", stateDirectory: "/nowhere", environment },
    repository: { path: null, baseBranch: "main", remote },
  };
}

const open = (options: Parameters<typeof cnbForge.open>[0], context = contextOf(null)) =>
  cnbForge.open({ repository: "a/b", ...options }, context);

describe("options", () => {
  it.each([
    [{ repositry: "a/b" }, "repo.provider.repositry is not a known key", 'did you mean "repository"?'],
    [{ repository: "app" }, "repo.provider.repository must", undefined],
    [{ merge_method: "fast" }, "repo.provider.merge_method", undefined],
    [{ auth: { from: "gh" } }, "repo.provider.auth.from", undefined],
    [{ options: { required_label: "x" } }, "repo.provider.options.required_label", 'did you mean "required_pr_label"?'],
    [{ api_base_url: "http://cnb.example" }, "repo.provider.api_base_url must begin with https://", undefined],
  ])("%j is refused by its place", (options, message, hint) => {
    expect(() => cnbForge.parseOptions(options)).toThrow(
      expect.objectContaining({
        code: "forge_invalid_config",
        message: expect.stringContaining(message),
        ...(hint && { hint }),
      }),
    );
  });

  it("take the repository from the remote on the same host only", async () => {
    const context = contextOf("https://cnb.cool/acme/team/app.git");
    const forge = await cnbForge.open({ token: "t-1" }, context);
    expect(forge.remote()).toBe("https://cnb.cool/acme/team/app.git");
    for (const remote of ["https://github.com/acme/app.git", "git@cnb.cool:acme/app.git", null]) {
      await expect(cnbForge.open({ token: "t-1" }, contextOf(remote))).rejects.toMatchObject({
        code: "forge_invalid_config",
        facts: { path: ["repository"] },
      });
    }
  });

  it.each([
    ["nothing", {}],
    ["a variable that is not set", { auth: { from: "environment" } }],
    ["an unresolved reference", { token: "$CNB_TOKEN" }],
    ["two ways at once", { token: "t-1", auth: { from: "environment" } }],
  ])("want a token: %s does not do", async (_, options) => {
    await expect(open(options)).rejects.toMatchObject({
      code: "forge_missing_secret",
      hint: expect.stringContaining("CNB_TOKEN"),
    });
  });

  it("take CNB_TOKEN only where that was chosen, and keep it from sight", async () => {
    const context = contextOf(null, { CNB_TOKEN: "cnb-secret-1" });
    await expect(open({}, context)).rejects.toMatchObject({ code: "forge_missing_secret" });
    const forge = await open({ auth: { from: "environment" } }, context);
    const calm = { signal: new AbortController().signal };
    expect((await forge.gitCredential?.(calm))?.password).toBe("cnb-secret-1");
    expect(context.secrets.redact("cnb-secret-1")).toBe("[REDACTED:cnb_token]");
  });
});
