import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SecretRegistry } from "../../src/base/redact.ts";
import { agentEnvironment } from "../../src/runs/environment.ts";

const DAEMON = {
  PATH: "/bin",
  HOME: "/home/me",
  LC_TIME: "C",
  GITHUB_TOKEN: "ghp_abcdefgh",
  AWS_SECRET_ACCESS_KEY: "aws",
  OPENAI_API_KEY: "sk-agent",
  SSH_AUTH_SOCK: "/tmp/agent",
};

function make(input: Partial<Parameters<typeof agentEnvironment>[0]> = {}) {
  return agentEnvironment({ daemon: DAEMON, pass: [], env: {}, extra: {}, isSecret: () => false, ...input });
}

describe("agentEnvironment", () => {
  it("lets only the known names through", () => {
    expect(make().env).toEqual({ PATH: "/bin", HOME: "/home/me", LC_TIME: "C" });
  });

  it("passes what the workflow names, and what it sets outweighs that", () => {
    const { env } = make({ pass: ["OPENAI_API_KEY", "NO_SUCH"], env: { PATH: "/opt/bin" } });
    expect(env).toEqual({ PATH: "/opt/bin", HOME: "/home/me", LC_TIME: "C", OPENAI_API_KEY: "sk-agent" });
  });

  it("passes everything but secrets where the profile keeps no guardrails", () => {
    const { env, dropped } = make({ pass: "all", isSecret: (text) => text === DAEMON.GITHUB_TOKEN });
    const { GITHUB_TOKEN: _, ...others } = DAEMON;
    expect([env, dropped]).toEqual([others, ["GITHUB_TOKEN"]]);
  });

  it("lets nobody replace what Maestro sets", () => {
    expect(make({ env: { MAESTRO_RUN: "9" }, extra: { MAESTRO_RUN: "2" } }).env.MAESTRO_RUN).toBe("2");
  });

  it("never hands out a tracker's or forge's secret, under whatever name and however wrapped", () => {
    const secrets = new SecretRegistry();
    secrets.register("GITHUB_TOKEN", DAEMON.GITHUB_TOKEN);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom("PATH", "TERM", "MY_VAR"), (before, after, name) => {
        const { env, dropped } = make({
          pass: ["GITHUB_TOKEN"],
          env: { [name]: `${before}${DAEMON.GITHUB_TOKEN}${after}` },
          isSecret: (text) => secrets.redact(text) !== text,
        });
        expect(Object.values(env).some((value) => value.includes(DAEMON.GITHUB_TOKEN))).toBe(false);
        expect(dropped).toContain(name);
        expect(dropped).toContain("GITHUB_TOKEN");
      }),
    );
  });
});
