import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { launchOf } from "../../src/contracts/agent-launch.ts";

const home = mkdtempSync(join(tmpdir(), "maestro-launch-"));
const own = join(home, "it's own");
mkdirSync(own);
writeFileSync(join(own, "only-here"), "#!/bin/sh\necho found\n");
chmodSync(join(own, "only-here"), 0o755);
// What /etc/profile and a user's profile do to a login shell: another PATH, and secrets.
writeFileSync(
  join(home, ".bash_profile"),
  'export PATH="/from/profile:/usr/bin:/bin" LINEAR_API_KEY=secret\nreadonly FIXED=1; export FIXED\n',
);
afterAll(() => rmSync(home, { recursive: true, force: true }));

function run(line: string): string {
  const { command, args, env } = launchOf(line, { PATH: `${own}:/usr/bin:/bin`, HOME: home, GIVEN: "a b" });
  const marked = { ...env, MAESTRO_PROCESS_MARKER: "m" };
  return execFileSync(command, [...args], { env: marked, encoding: "utf8" }).trim();
}

describe("a shell line", () => {
  it("finds the programs that only the daemon's PATH names, and after them those of the profile", () => {
    expect(run("only-here")).toBe("found");
    expect(run('echo "$PATH"')).toBe(`${own}:/usr/bin:/bin:/from/profile:/usr/bin:/bin`);
  });

  it("has what the host gives and nothing that a profile adds", () => {
    expect(run('echo "$GIVEN/$HOME/$MAESTRO_PROCESS_MARKER/${LINEAR_API_KEY-none}"; env | grep FIXED || echo no')).toBe(
      `a b/${home}/m/none\nno`,
    );
  });

  it("is run as it stands", () => {
    expect(run("printf '%s' \"a  'b'\" # a word")).toBe("a  'b'");
    expect(() => run("exit 3")).toThrow(expect.objectContaining({ status: 3 }));
  });

  it("takes what stands behind it as words, whatever is in them", () => {
    const { command, args, env } = launchOf("printf '[%s]'", { PATH: "/usr/bin:/bin", HOME: home }, [
      "a b",
      "$HOME;",
      "'",
    ]);
    expect(execFileSync(command, [...args], { env, encoding: "utf8" })).toBe("[a b][$HOME;][']");
    expect(launchOf(["a", "b"], {}, ["c"])).toMatchObject({ command: "a", args: ["b", "c"] });
  });

  it("is not needed for a program with arguments", () => {
    expect(launchOf(["codex", "app-server"], { A: "1" })).toEqual({
      command: "codex",
      args: ["app-server"],
      shellLine: null,
      env: { A: "1" },
    });
  });
});
