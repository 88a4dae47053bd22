import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { procFolder } from "../../../src/runtimes/local/proc-folder.ts";
import { MARKER_VARIABLE } from "../../../src/runtimes/local/process-table.ts";
import { psTable } from "../../../src/runtimes/local/ps-table.ts";
import { newMarker } from "./fixture.ts";

/** Ends the shell's child as well: it leads a group. */
function start(script: string, marker: string) {
  const env = { PATH: process.env.PATH ?? "", [MARKER_VARIABLE]: marker };
  const child = spawn("sh", ["-c", script], { env, detached: true, stdio: ["pipe", "pipe", "ignore"] });
  const pid = child.pid ?? 0;
  return { child, pid, end: () => process.kill(-pid, "SIGKILL") };
}

it("finds who is marked however often it looked before", async () => {
  const table = process.platform === "linux" ? procFolder() : psTable();
  await table.markers();
  const marker = newMarker();
  const { child, pid, end } = start("read go; env -i sleep 1000 & sleep 1000 & echo $!; wait", marker);
  try {
    // Looks while the child becomes its program must not remember it as a stranger.
    for (let look = 0; look < 5; look += 1) await table.markers();
    expect((await table.markers()).get(pid)).toBe(marker);
    child.stdin.write("go\n");
    const [line] = await once(child.stdout, "data");
    const [rows, markers] = await Promise.all([table.rows(), table.markers()]);
    expect(markers.get(Number(String(line)))).toBe(marker);
    expect(rows.find((row) => row.pid === Number(String(line)))).toMatchObject({
      parent: pid,
      group: pid,
      session: pid,
    });
    expect(markers.has(process.pid)).toBe(false);
    expect((await table.markers()).get(pid)).toBe(marker);
  } finally {
    end();
  }
});
