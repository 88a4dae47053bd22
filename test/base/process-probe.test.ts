import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { isAlive, processStartMarker, psLineMarker } from "../../src/base/process-probe.ts";

describe("processStartMarker", () => {
  it("is stable for one process and differs for another", async () => {
    const own = await processStartMarker(process.pid);
    expect(own).toBeDefined();
    expect(await processStartMarker(process.pid)).toBe(own);
    const child = spawn("sleep", ["30"]);
    await once(child, "spawn");
    const pid = child.pid ?? 0;
    const marker = (await processStartMarker(pid)) ?? "";
    expect(marker).not.toBe(own);
    expect(await isAlive(pid, marker)).toBe(true);
    expect(await isAlive(pid, own ?? "")).toBe(false);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await isAlive(pid, marker)).toBe(false);
  });

  it.each([0, -1, 1.5, 2 ** 22 + 1])("knows no process %d", async (pid) => {
    expect(await processStartMarker(pid)).toBeUndefined();
  });

  it("reads a line of ps", () => {
    expect(psLineMarker("S+   Fri Nov 20 13:44:01 2026\n")).toBe("ps:Fri Nov 20 13:44:01 2026");
    expect(psLineMarker("Z    Fri Nov 20 13:44:01 2026\n")).toBeUndefined();
    expect(psLineMarker("")).toBeUndefined();
  });
});
