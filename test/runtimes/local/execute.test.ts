import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExecuteSpec } from "../../../src/contracts/runtime.ts";
import { openRoom, type Room, shell } from "./fixture.ts";

let room: Room;
beforeEach(async () => {
  room = await openRoom();
});
afterEach(() => room.close());

const script = (text: string): ExecuteSpec => ({ ...shell(room.directory, text), timeoutMs: 60_000 });

describe("a process that is run to its end", () => {
  it("is ended with its tree when its time is over", async () => {
    const spec = { ...script("sleep 1000 & setsid sleep 1000 & wait"), timeoutMs: 300 };
    expect(await room.runtime.execute(spec)).toMatchObject({ timedOut: true, aborted: false, signal: "SIGTERM" });
    expect(await room.runtime.liveMarkers(spec.marker)).toEqual([]);
  });

  it("is ended with its tree when it is aborted", async () => {
    const abort = new AbortController();
    const spec = script("sleep 1000 & setsid sleep 1000 & echo up > ready; wait");
    const running = room.runtime.execute({ ...spec, signal: abort.signal });
    while ((await room.runtime.stat(`${room.directory}/ready`)) === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    abort.abort(new Error("enough"));
    const done = await running;
    expect(done).toMatchObject({ timedOut: false, aborted: true });
    expect(await room.runtime.liveMarkers(spec.marker)).toEqual([]);
  });

  it("is not even started after an abort", async () => {
    const spec = { ...script("echo x > started"), signal: AbortSignal.abort() };
    expect(await room.runtime.execute(spec)).toMatchObject({ aborted: true, code: null, signal: null });
    expect(await room.runtime.list(room.directory)).toEqual([]);
  });

  it.each([
    ["in its group", "sleep 1000 >/dev/null 2>&1 &"],
    ["at its output", "setsid sleep 1000 &"],
  ])("leaves nothing behind %s", async (_, background) => {
    const spec = script(`${background} echo done`);
    expect(await room.runtime.execute(spec)).toMatchObject({ code: 0, stdout: "done\n", timedOut: false });
    expect(await room.runtime.liveMarkers(spec.marker)).toEqual([]);
  });

  it("need not read its input", async () => {
    const done = await room.runtime.execute({ ...script("exit 4"), input: "x".repeat(4 * 1024 * 1024) });
    expect(done.code).toBe(4);
  });

  it("gets an end of input when there is none", async () => {
    expect(await room.runtime.execute(script("cat; echo read"))).toMatchObject({ stdout: "read\n" });
  });

  it.each([
    ["start", "abc", "\u00fcx"],
    ["end", "xyz", "x\u00fc"],
  ] as const)("keeps the %s of its output, never half a character", async (keep, ascii, wide) => {
    const spec = { ...script(`printf 'abc%0500000dxyz' 0`), keep, maxOutputBytes: 3 };
    expect(await room.runtime.execute(spec)).toMatchObject({ stdout: ascii, truncated: true });
    const text = keep === "start" ? "üxüü" : "üüxü";
    const cut = { ...script(`printf '${text}' >&2`), keep, maxOutputBytes: 4 };
    expect(await room.runtime.execute(cut)).toMatchObject({ stderr: wide, truncated: true });
    expect(await room.runtime.execute({ ...script("printf abc"), keep, maxOutputBytes: 3 })).toMatchObject({
      stdout: "abc",
      truncated: false,
    });
  });
});
