import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { open, Room } from "./fixture.ts";

let room: Room;
beforeEach(() => {
  room = new Room();
});
afterEach(() => room.close());

async function prepared(hooks: Parameters<Room["workspaces"]>[0]) {
  const workspaces = room.workspaces(hooks);
  await workspaces.prepare(room.lane(), open);
  return workspaces;
}

describe("a hook", () => {
  it("S-154 runs in a login shell in the workspace and knows what it is about", async () => {
    const script =
      'pwd; for name in ID IDENTIFIER TITLE STATE URL BRANCH; do eval "echo \\"$name=\\$ISSUE_$name\\""; done; echo $WORKSPACE_PATH $MAESTRO_LANE_ID $MAESTRO_RUN; echo "$MINE"';
    const workspaces = await prepared({
      hooks: { beforeRun: script, env: { MINE: "from the file", ISSUE_ID: "forged" } },
    });
    await workspaces.beforeRun(room.lane({ branch: "b", run: 7 }), open);
    expect(room.hooked.map(({ hook, ok }) => [hook, ok])).toEqual([["before_run", true]]);
    expect(room.hooked[0]?.detail.trim().split("\n")).toEqual([
      room.path(),
      "ID=id-1",
      "IDENTIFIER=MT-1",
      "TITLE=Make it; $(touch pwned)",
      "STATE=In Progress",
      "URL=",
      "BRANCH=b",
      `${room.path()} lane_1 7`,
      "from the file",
    ]);
    expect(await room.names(room.path())).toEqual([]);
  });

  it("gets the daemon's environment without anything that holds a registered secret, and its output is masked", async () => {
    room.secrets.register("TRACKER_TOKEN", "geheim-123");
    const environment = {
      PATH: process.env.PATH ?? "",
      PLAIN: "yes",
      TOKEN: "geheim-123",
      URL: "https://u:geheim-123@x",
    };
    const script = 'echo "${PLAIN-none} ${TOKEN-none} ${URL-none}"; echo "found: geh""eim-123"';
    const workspaces = await prepared({ hookEnvironment: () => environment, hooks: { beforeRun: script } });
    await workspaces.beforeRun(room.lane(), open);
    expect(room.hooked[0]?.detail).toBe("yes none none\nfound: [REDACTED:TRACKER_TOKEN]\n");
    expect(JSON.stringify(room.log.entries)).not.toContain("geheim");
  });

  it("S-156 has the end of its output kept, at most 2,048 bytes, never half a character or half a secret", async () => {
    room.secrets.register("KEY", "k".repeat(40));
    const fill = "printf 'ü%.0s' $(seq 1 1014); printf x";
    const script = `seq 1 9999; printf ${"k".repeat(20)}; printf ${"k".repeat(20)}; ${fill}; echo last >&2; exit 5`;
    const workspaces = await prepared({ hooks: { beforeRun: script } });
    const running = workspaces.beforeRun(room.lane(), open);
    await expect(running).rejects.toMatchObject({ code: "hook_failed", facts: { hook: "before_run", exit_code: 5 } });
    const detail = room.hooked[0]?.detail ?? "";
    expect(Buffer.byteLength(detail)).toBeLessThanOrEqual(2048);
    expect(Buffer.byteLength(detail)).toBeGreaterThan(2040);
    expect(detail).toMatch(/^[^�]*KEY\]ü+xlast\n$|^[^�k]*ü+xlast\n$/);
    expect(room.log.entries.map(({ message }) => message)).toEqual(["hook started", "hook failed"]);
  });

  it("S-155 is ended with all its processes when its time is over", async () => {
    const script = "sleep 1000 & setsid sleep 1000 & sleep 1000";
    const workspaces = await prepared({ hooks: { beforeRun: script, timeoutMs: 300 } });
    await expect(workspaces.beforeRun(room.lane(), open)).rejects.toMatchObject({
      code: "hook_timeout",
      retryable: true,
      facts: { hook: "before_run", timeout_ms: 300 },
    });
    expect(await room.runtime.liveMarkers(`maestro.${room.workflowId}.lane__1.1.`)).toEqual([]);
  });

  it("leaves no process behind when it ends, whatever it started", async () => {
    const script = "setsid sh -c 'touch up; exec sleep 1000' >/dev/null 2>&1 & while [ ! -e up ]; do sleep 0.01; done";
    const workspaces = await prepared({ hooks: { beforeRun: script } });
    await workspaces.beforeRun(room.lane(), open);
    expect(await room.runtime.liveMarkers(`maestro.${room.workflowId}.`)).toEqual([]);
  });

  it("is ended with all its processes when the run is cancelled", async () => {
    const workspaces = await prepared({ hooks: { beforeRun: "sleep 1000 & touch up; wait" } });
    const abort = new AbortController();
    const running = workspaces.beforeRun(room.lane(), abort.signal);
    while (!existsSync(join(room.path(), "up"))) await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error("taken back"));
    await expect(running).rejects.toMatchObject({ code: "aborted", message: expect.stringContaining("taken back") });
    expect(await room.runtime.liveMarkers(`maestro.${room.workflowId}.`)).toEqual([]);
  });

  it("that cannot be started is a hook that failed", async () => {
    const workspaces = await prepared({ hookEnvironment: () => ({ PATH: "/nowhere" }), hooks: { beforeRun: "true" } });
    await expect(workspaces.beforeRun(room.lane(), open)).rejects.toMatchObject({
      code: "hook_failed",
      message: expect.stringContaining("program sh does not exist"),
    });
    expect(room.hooked).toMatchObject([{ hook: "before_run", ok: false, detail: expect.stringContaining("sh") }]);
  });

  it("gets a title with a NUL character, which no environment can carry", async () => {
    const workspaces = await prepared({ hooks: { beforeRun: 'echo "$ISSUE_TITLE"' } });
    await workspaces.beforeRun(room.lane({ issue: { ...room.lane().issue, title: "a\0b" } }), open);
    expect(room.hooked[0]?.detail).toBe("ab\n");
  });
});

describe("before_run and after_run", () => {
  it("S-158 a failed before_run is fatal to the attempt; the workspace stays", async () => {
    const workspaces = await prepared({ hooks: { beforeRun: "exit 1" } });
    await expect(workspaces.beforeRun(room.lane(), open)).rejects.toMatchObject({ code: "hook_failed" });
    expect(await workspaces.pathOf("MT-1")).toBe(room.path());
  });

  it("S-159 a failed or late after_run is only told", async () => {
    const workspaces = await prepared({ hooks: { afterRun: "echo bad; exit 1" } });
    await workspaces.afterRun(room.lane());
    const late = room.workspaces({ hooks: { afterRun: "sleep 1000", timeoutMs: 100 } });
    await late.afterRun(room.lane());
    expect(room.hooked).toMatchObject([
      { hook: "after_run", ok: false, detail: "bad\n" },
      { hook: "after_run", ok: false },
    ]);
    expect(room.log.entries.filter(({ level }) => level === "warn")).toHaveLength(2);
  });

  it("S-159 after_run for a workspace that is gone is only told", async () => {
    await room.workspaces({ hooks: { afterRun: "true" } }).afterRun(room.lane());
    expect(room.log.entries).toMatchObject([{ level: "warn", message: "after_run could not run" }]);
  });
});

describe("before_remove", () => {
  it("S-160 runs before the deletion, and its failure does not stop it", async () => {
    const beforeRemove = `cp work ${room.directory}/copy; exit 1`;
    const workspaces = await prepared({ hooks: { beforeRemove } });
    writeFileSync(join(room.path(), "work"), "seen");
    await workspaces.remove(room.lane(), open);
    expect(readFileSync(join(room.directory, "copy"), "utf8")).toBe("seen");
    expect(await room.names(room.root)).toEqual([".maestro"]);
    expect(room.hooked).toMatchObject([{ hook: "before_remove", ok: false }]);
  });

  it("S-160 does not run when there is no folder", async () => {
    const workspaces = room.workspaces({ hooks: { beforeRemove: "true" } });
    await workspaces.remove(room.lane(), open);
    expect(room.hooked).toEqual([]);
  });
});
