import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { holdInstanceLock } from "../../src/engine/index.ts";

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "maestro-engine-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

test("one service per folder: the second is told who the first is", async () => {
  const directory = await folder();
  const clock = new VirtualClock();
  const first = await holdInstanceLock(directory, { instance: "one", note: "/work/WORKFLOW.md", clock });
  expect(first.instance).toBe("one");
  await expect(holdInstanceLock(directory, { instance: "two", note: "", clock })).rejects.toMatchObject({
    code: "already_running",
    message: expect.stringContaining(`process ${process.pid}, since 2026-01-01T00:00:00.000Z (/work/WORKFLOW.md)`),
    hint: expect.stringContaining("maestro stop"),
    facts: { pid: process.pid, started_at: "2026-01-01T00:00:00.000Z", note: "/work/WORKFLOW.md" },
  });
  await first.release();
  const second = await holdInstanceLock(directory, { instance: "two", note: "", clock });
  await second.release();
});

test("another folder is another service", async () => {
  const locks = [];
  for (const directory of [await folder(), await folder()]) {
    locks.push(await holdInstanceLock(directory, { instance: "one", note: "" }));
  }
  for (const lock of locks) await lock.release();
});

test("a folder that cannot be used is no running service", async () => {
  const directory = await folder();
  await expect(holdInstanceLock(join(directory, "x\u0000y"), { instance: "one", note: "" })).rejects.toMatchObject({
    code: "lock_unavailable",
  });
});
