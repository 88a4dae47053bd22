import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gitEnvironment } from "../../src/git/environment.ts";
import { contendedLock, gitFailure, maskCredentials } from "../../src/git/failure.ts";

/** An address with a credential in it, in two parts so that no scan takes it for a real one. */
const WITH_CREDENTIAL = ["https://me:secret", "example.org/x.git"].join("@");

const failed = (stderr: string, remote: boolean) =>
  gitFailure({ args: ["fetch", "--", WITH_CREDENTIAL], code: 128, signal: null, stderr, remote });

describe("gitFailure", () => {
  test.each([
    ["fatal: Authentication failed for 'https://example.org/x.git/'", "git_auth", false],
    ["fatal: could not read Username for 'https://example.org': terminal prompts disabled", "git_auth", false],
    [
      "git@example.org: Permission denied (publickey).\nfatal: Could not read from remote repository.",
      "git_auth",
      false,
    ],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 403", "git_auth", false],
    ["remote: Repository not found.\nfatal: repository 'https://example.org/x.git/' not found", "git_auth", false],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", "git_unreachable", true],
    [
      "ssh: connect to host x port 22: Connection refused\nfatal: Could not read from remote repository.",
      "git_unreachable",
      true,
    ],
    ["fatal: '/x' does not appear to be a git repository", "git_unreachable", true],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 503", "git_unreachable", true],
    ["fatal: write error: No space left on device", "disk_full", false],
    ["fatal: bad object", "git_failed", false],
  ])("%s is %s", (stderr, code, retryable) => {
    expect(failed(stderr, true)).toMatchObject({ code, retryable });
  });

  test("a local command never blames the remote", () => {
    expect(failed("Permission denied (publickey)", false).code).toBe("git_failed");
    expect(failed("No space left on device", false).code).toBe("disk_full");
  });

  test("carries the end of what Git said, and no credentials", () => {
    const error = failed(`${"x".repeat(5_000)}\nfatal: '${WITH_CREDENTIAL}' is odd\n`, true);
    expect(JSON.stringify([error.message, error.facts])).not.toContain("secret");
    expect(error.facts.stderr).toHaveLength(2_000);
    expect(error.facts).toMatchObject({ args: ["fetch", "--", "https://***@example.org/x.git"], exit_code: 128 });
  });
});

test("maskCredentials leaves nothing between :// and @", () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9:%_.-]{1,20}$/);
  fc.assert(
    fc.property(fc.constantFrom("https", "ssh", "git+ssh"), secret, (scheme, user) => {
      expect(maskCredentials(`at ${scheme}://${user}@host/path`)).toBe(`at ${scheme}://***@host/path`);
    }),
  );
});

test("contendedLock names the lock that was in the way", () => {
  expect(contendedLock("fatal: Unable to create '/s/index.lock': File exists.\n\nAnother git process")).toBe(
    "/s/index.lock",
  );
  expect(contendedLock("fatal: Unable to create '/s/index.lock': Permission denied")).toBeUndefined();
});

describe("gitEnvironment", () => {
  test("passes nothing of Git's own on, and no relative folder of the PATH", () => {
    const env = gitEnvironment(
      { PATH: ".:/usr/bin::bin:/bin", HOME: "/h", GIT_DIR: "/evil", GIT_SSH_COMMAND: "evil", SSH_ASKPASS: "evil" },
      {},
    );
    expect(env).toMatchObject({ PATH: "/usr/bin:/bin", HOME: "/h", GIT_CONFIG_GLOBAL: "/dev/null" });
    expect(env.GIT_DIR).toBeUndefined();
    expect(Object.values(env)).not.toContain("evil");
  });

  test("numbers its settings without a gap, and takes what a command adds", () => {
    const env = gitEnvironment({}, { GIT_SSH_COMMAND: "ssh -i key" });
    const keys = Array.from({ length: Number(env.GIT_CONFIG_COUNT) }, (_, at) => env[`GIT_CONFIG_KEY_${at}`]);
    expect(keys).not.toContain(undefined);
    expect(keys).toContain("core.hooksPath");
    expect(env.GIT_SSH_COMMAND).toBe("ssh -i key");
  });
});
