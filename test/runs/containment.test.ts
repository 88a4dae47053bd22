import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import type { Runtime, RunningProcess } from "../../src/contracts/runtime.ts";
import { contain } from "../../src/runs/run/containment.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";

/** Whether bubblewrap is here and may make namespaces. */
function hasBubblewrap(): boolean {
  try {
    execFileSync("bwrap", ["--unshare-pid", "--bind", "/", "/", "--proc", "/proc", "--", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const HAS_BUBBLEWRAP = hasBubblewrap();
/** The system decides about namespaces, also where the tests have to be whole. */
const GAP = "gap: bubblewrap does not work on this machine";

const PATH = process.env.PATH ?? "";
const clock = systemClock();
let root: string;
let marker: string;
let count = 0;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "maestro-contain-")));
  for (const name of ["work", "home/agents/x", "tmp", "user/.ssh", "user/.codex"])
    mkdirSync(join(root, name), { recursive: true });
  count += 1;
  marker = `maestro.contain.${process.pid}.${count}.agent`;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function machine(path = PATH): Runtime {
  return {
    ...localRuntime({ clock, machine: "here", log: silentLog }),
    environment: () => ({ PATH: path, HOME: join(root, "user") }),
  };
}

function place() {
  const stateDirectory = join(root, "home/agents/x");
  const account = { name: "default", stateDirectory, userHome: join(root, "user") };
  return { workspace: join(root, "work"), home: join(root, "home"), account, temporaryDirectory: join(root, "tmp") };
}

/** Runs a shell line as an agent; what it printed, and how it ended. */
async function run(runtime: Runtime, line: string) {
  const lines: string[] = [];
  const child = await spawn(runtime, ["sh", "-c", line], lines);
  const { code } = await child.exited;
  return { lines, code };
}

function spawn(
  runtime: Runtime,
  [command = "", ...args]: readonly string[],
  lines: string[] = [],
): Promise<RunningProcess> {
  const env = { PATH, TMPDIR: join(root, "tmp") };
  return runtime.spawn({ command, args, cwd: join(root, "work"), env, marker, onLine: (line) => lines.push(line) });
}

describe("without bubblewrap", () => {
  it("auto and none start agents as ever", async () => {
    const bare = machine("/no/such/folder");
    for (const sandbox of ["auto", "none"] as const) {
      expect(await contain(bare, { sandbox, machine: bare, place: place() })).toBe(bare);
    }
  });

  it("what is demanded is refused with what mends it", async () => {
    const bare = machine("/no/such/folder");
    const asked = contain(bare, { sandbox: "bwrap", machine: bare, place: place() });
    await expect(asked).rejects.toMatchObject({
      code: "agent_isolation_missing",
      hint: expect.stringContaining("none"),
    });
  });
});

describe("with bubblewrap", () => {
  const open = (sandbox: "auto" | "bwrap") => {
    const real = machine();
    return contain(real, { sandbox, machine: real, place: place() });
  };

  it.for(["auto", "bwrap"] as const)(
    "%s: nothing outlives the first process, wherever it moved itself",
    async (sandbox, { skip }) => {
      skip(!HAS_BUBBLEWRAP, GAP);
      const runtime = await open(sandbox);
      const { lines, code } = await run(runtime, "setsid sh -c 'env -i sleep 31415' & echo $$; pwd; exit 3");
      expect([Number(lines[0]) < 10, lines[1], code]).toEqual([true, join(root, "work"), 3]);
      const left = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n");
      expect(left.filter((line) => line === "sleep 31415")).toEqual([]);
      expect(await runtime.liveMarkers(marker)).toEqual([]);
    },
  );

  it.for(["auto", "bwrap"] as const)(
    "%s: it is ended like every other, and a missing program is told as ever",
    async (sandbox, { skip }) => {
      skip(!HAS_BUBBLEWRAP, GAP);
      const runtime = await open(sandbox);
      const child = await spawn(runtime, ["sleep", "300"]);
      await child.kill({ graceMs: 1_000 });
      await child.exited;
      expect(await runtime.liveMarkers(marker)).toEqual([]);
      await expect(spawn(runtime, ["no-such-agent"])).rejects.toMatchObject({
        code: "spawn_failed",
        facts: { errno: "ENOENT" },
      });
    },
  );

  it("bwrap: writes only where it is at home, and finds no keys of people", async ({ skip }) => {
    skip(!HAS_BUBBLEWRAP, GAP);
    writeFileSync(join(root, "user/.ssh/id"), "key");
    writeFileSync(join(root, "user/.netrc"), "password");
    const runtime = await open("bwrap");
    const line = [
      "echo 1 > here; echo 1 > $TMPDIR/there; echo 1 > ../home/agents/x/state; echo 1 > /tmp/own",
      "(echo 1 > ../home/stolen) 2>/dev/null || echo refused home",
      "(echo 1 > /etc/stolen) 2>/dev/null || echo refused etc",
      "cat ../user/.ssh/id ../user/.netrc 2>/dev/null; ls ../home",
    ].join("; ");
    const { lines } = await run(runtime, line);
    expect(lines).toEqual(["refused home", "refused etc", "agents"]);
    const written = ["work/here", "tmp/there", "home/agents/x/state"].map((name) =>
      readFileSync(join(root, name), "utf8"),
    );
    expect(written).toEqual(["1\n", "1\n", "1\n"]);
  });

  it("bwrap: a login that is renewed through its link is renewed for everybody", async ({ skip }) => {
    skip(!HAS_BUBBLEWRAP, GAP);
    writeFileSync(join(root, "user/.codex/auth.json"), "old");
    symlinkSync(join(root, "user/.codex/auth.json"), join(root, "home/agents/x/auth.json"));
    const runtime = await open("bwrap");
    await run(runtime, "echo new > ../home/agents/x/auth.json; echo x > ../user/.codex/config.toml");
    expect(readFileSync(join(root, "user/.codex/auth.json"), "utf8")).toBe("new\n");
    expect(() => readFileSync(join(root, "user/.codex/config.toml"))).toThrow("ENOENT");
  });
});
