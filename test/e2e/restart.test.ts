import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { exported, type Status } from "./documents.ts";
import { newPlace, processesOf, writeFiles } from "./ground.ts";
import { document, maestro, type Place, type Program, startMaestro } from "./program.ts";
import { SORTED, sortingWorkflow } from "./sorting.ts";

test("SIGTERM ends agents that are deaf to it, with all that they started, and the next start goes on", async () => {
  const place = await newPlace();
  const deaf = [
    { do: "spawn", command: "exec setsid sleep 1000" },
    { do: "ignore_signals" },
    { do: "run", command: "exec sleep 1000" },
  ];
  const text = sortingWorkflow({ issues: ["A-1"], runs: [deaf, SORTED], log: join(place.root, "agents.jsonl") });
  await writeFiles(place.cwd, { "WORKFLOW.md": text });
  const daemon = startMaestro(place);
  await daemon.line(/A-1 {2}started: /);
  while (processesOf(place.root).filter(({ command }) => command.startsWith("sleep")).length < 2) await delay(50);
  const asked = Date.now();
  expect(await daemon.end("SIGTERM")).toMatchObject({ code: 0, err: "" });
  const took = Date.now() - asked;
  expect(processesOf(place.root)).toEqual([]);
  // Well below the time after which a stop gives up waiting for its workers.
  expect(took).toBeLessThan(10_000);
  process.stdout.write(`a deaf agent was ended within ${took} ms\n`);

  const again = startMaestro(place);
  await again.line(/A-1 {2}started again: /);
  await again.line(/A-1 {2}finished: /);
  expect(await again.end("SIGTERM")).toMatchObject({ code: 0, err: "" });
  const ends = (await exported(place)).filter(({ type, data }) => type === "work_settled" && data.kind === "run");
  expect(ends.map(({ run, data }) => [run, data.outcome])).toMatchObject([
    [1, { status: "canceled", failure: "interrupted" }],
    [2, { status: "succeeded" }],
  ]);
  expect(await maestro(place, "record", "verify")).toMatchObject({ code: 0, err: "" });
});

test("a disk that fills up in the middle of a run loses nothing, and the service goes on when there is space again", async () => {
  const place = await newPlace();
  const disk = await smallDisk(place);
  const busy = [{ do: "flood", events: 400, per_second: 100 }, ...SORTED];
  const text = sortingWorkflow({ issues: ["A-1"], runs: [busy], log: join(place.root, "agents.jsonl") });
  await writeFiles(place.cwd, { "WORKFLOW.md": text });
  const logs = join(place.root, "logs");
  const daemon = startMaestro(place, "--logs-root", logs);
  await daemon.line(/A-1 {2}started: /);
  const before = await exported(place);
  disk.fill(daemon);
  const log = (): string => readFileSync(join(logs, "logs", "maestro.log"), "utf8");
  while (!log().includes("disk_full")) await delay(50);
  expect(log()).toMatch(/"code":"disk_full".*The record cannot be written.*"hint":"Free space/);
  expect(await document<Status>(place, "status", "--json")).toMatchObject({ service: { running: true } });
  disk.free(daemon);
  await daemon.line(/A-1 {2}finished: /);
  const { code, err } = await daemon.end("SIGTERM");
  expect([code, err]).toEqual([
    0,
    expect.stringMatching(/^maestro: .*disk is full.*\nhint: .*\nmaestro: There is space again.*\n$/),
  ]);
  expect((await exported(place)).slice(0, before.length)).toEqual(before);
  expect(await maestro(place, "record", "verify")).toMatchObject({ code: 0, err: "" });
  expect((await maestro(place, "issue", "show", "A-1")).out).toMatch(/^state +routed$/m);
  expect(processesOf(place.root)).toEqual([]);
});

interface Disk {
  fill(daemon: Program): void;
  free(daemon: Program): void;
}

/** The disk that Maestro keeps everything on: a small one of its own for root, else a limit on the size of its files. */
async function smallDisk({ home }: Place): Promise<Disk> {
  if (process.getuid?.() !== 0) {
    const limit = (daemon: Program, size: string) =>
      execFileSync("prlimit", [`--pid=${daemon.pid}`, `--fsize=${size}:`]);
    return { fill: (daemon) => limit(daemon, "1"), free: (daemon) => limit(daemon, "unlimited") };
  }
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", home]);
  onTestFinished(() => void execFileSync("umount", ["--lazy", home]));
  const filler = join(home, "filler");
  return { fill: () => fillUp(filler), free: () => rmSync(filler) };
}

function fillUp(path: string): void {
  for (const bytes of [1_048_576, 1_024, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: "a" });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    }
  }
}
