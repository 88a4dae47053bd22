import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { holdFileLock, readFileLockOwner, withFileLock } from "../../src/base/file-lock.ts";

const clock = systemClock();
const children: ChildProcess[] = [];
let path = "";
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), "maestro-lock-")), "deeper", "data.json");
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(join(path, "..", ".."), { recursive: true, force: true });
});

/** A process that runs a script with the lock module at hand. */
function start(script: string): ChildProcess {
  const module = new URL("../../src/base/", import.meta.url).href;
  const source = `
    import { holdFileLock, withFileLock } from "${module}file-lock.ts";
    import { systemClock } from "${module}clock.ts";
    import { readFile, writeFile } from "node:fs/promises";
    const path = ${JSON.stringify(path)};
    ${script}`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return child;
}

describe("holdFileLock", () => {
  it("is held once, says by whom, and can be taken again", async () => {
    const lock = await holdFileLock(path, { note: "maestro run" });
    expect(lock?.owner).toMatchObject({ pid: process.pid, note: "maestro run" });
    expect(await holdFileLock(path)).toBeUndefined();
    expect(await readFileLockOwner(path)).toEqual(lock?.owner);
    await writeFile(`${path}.lock.owner`, "scribble");
    expect(await readFileLockOwner(path)).toBeUndefined();
    await lock?.release();
    await lock?.release();
    expect(await readFileLockOwner(path)).toBeUndefined();
    const again = await holdFileLock(path);
    expect(again).toBeDefined();
    await again?.release();
  });

  it("is freed when its process is killed", async () => {
    const child = start(
      `await holdFileLock(path, { note: "child" }); console.log("held"); setInterval(() => {}, 1000);`,
    );
    if (child.stdout) await once(child.stdout, "data");
    expect(await holdFileLock(path)).toBeUndefined();
    expect(await readFileLockOwner(path)).toMatchObject({ pid: child.pid, note: "child" });
    child.kill("SIGKILL");
    await once(child, "exit");
    const lock = await holdFileLock(path);
    expect(lock?.owner.pid).toBe(process.pid);
    await lock?.release();
  });

  it("says why a file cannot be a lock", async () => {
    await expect(holdFileLock("/proc/no/such")).rejects.toMatchObject({ code: "lock_unavailable" });
    await writeFile(join(path, "..", "..", "x.lock"), "this is no database, but it is text".repeat(50));
    await expect(holdFileLock(join(path, "..", "..", "x"))).rejects.toMatchObject({ code: "lock_unavailable" });
  });
});

describe("withFileLock", () => {
  it("lets no two processes in at once", async () => {
    const lock = { clock, waitMs: 10_000 };
    await withFileLock(path, lock, () => writeFile(path, "0"));
    const count = `for (let i = 0; i < 20; i += 1) await withFileLock(path, { clock: systemClock(), waitMs: 10000 }, async () => {
      await writeFile(path, String(Number(await readFile(path, "utf8")) + 1)); });`;
    const ends = [start(count), start(count)].map((child) => once(child, "exit"));
    expect((await Promise.all(ends)).map(([code]) => code)).toEqual([0, 0]);
    expect(await readFile(path, "utf8")).toBe("40");
  });

  it("gives up in time or when told to, and frees the lock when the work fails", async () => {
    const held = await holdFileLock(path, { note: "x" });
    const waiting = withFileLock(path, { clock, waitMs: 30 }, async () => 1);
    await expect(waiting).rejects.toMatchObject({
      code: "lock_timeout",
      retryable: true,
      facts: { owner: { pid: process.pid } },
    });
    const signal = AbortSignal.timeout(30);
    const stopped = withFileLock(path, { clock, waitMs: 60_000, signal }, async () => 1);
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    await held?.release();
    const failing = withFileLock(path, { clock, waitMs: 0 }, () => Promise.reject(new Error("mine")));
    await expect(failing).rejects.toThrow("mine");
    await expect(withFileLock(path, { clock, waitMs: 0 }, async () => "free")).resolves.toBe("free");
  });
});
