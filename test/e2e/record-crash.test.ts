import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { LineSplitter } from "../../src/base/jsonl.ts";
import { seededRandom } from "../../src/base/random.ts";
import { openRecordReader, verifyRecord } from "../../src/record/index.ts";

const WRITER = fileURLToPath(new URL("./record-writer.ts", import.meta.url));
const WRITE = [process.execPath, "--import", "tsx", WRITER];

async function recordFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "maestro-crash-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, "record.db");
}

/** Starts a writer and hands each of its lines on. */
function start(command: readonly string[], onLine: (line: string, child: ChildProcess) => void): ChildProcess {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const splitter = new LineSplitter();
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    for (const line of splitter.push(chunk)) onLine(line, child);
  });
  return child;
}

test("kill -9 in the middle loses nothing that was acknowledged", async () => {
  const file = await recordFile();
  const random = seededRandom(7);
  const acknowledged: string[] = [];
  for (let life = 0; life < 5; life += 1) {
    const killAfter = 1 + random.integer(120);
    let seen = 0;
    const child = start([...WRITE, file, `lane-${life}`], (line, writer) => {
      if (!line.startsWith("ack ")) return;
      acknowledged.push(line.slice(4));
      seen += 1;
      if (seen === killAfter) writer.kill("SIGKILL");
    });
    await once(child, "close");
    expect(child.signalCode).toBe("SIGKILL");
  }
  const reader = await openRecordReader({ file, workflowId: "sample" });
  onTestFinished(() => reader.close());
  const events = await reader.views.events({ limit: 100_000 });
  expect(events.map((stored) => stored.seq)).toEqual(events.map((_, index) => index + 1));
  const kept = new Set(
    events.map(({ laneId, event }) => (event.type === "progress_seen" ? `${laneId} ${event.data.message}` : "")),
  );
  expect(acknowledged.filter((message) => !kept.has(message))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(5);
  expect(await verifyRecord(reader)).toMatchObject({ ok: true, differences: [] });
});

test("a file that may not grow is a full disk: told, nothing half-written, usable afterwards", async () => {
  const file = await recordFile();
  const lines: string[] = [];
  const limited = ["bash", "-c", 'ulimit -f 400; exec "$@"', "bash", ...WRITE, file, "limited"];
  const child = start(limited, (line) => lines.push(line));
  await once(child, "close");
  expect(lines.at(-1)).toBe("error disk_full verified=true whole=true");
  const before = (await stat(`${file}-wal`)).size;
  expect(before).toBeLessThanOrEqual(400 * 1024);
  const again = start([...WRITE, file, "free"], (line, writer) => {
    lines.push(line);
    if (line === "ack free 30a") writer.kill("SIGKILL");
  });
  await once(again, "close");
  expect(lines).toContain("ack free 30a");
  const reader = await openRecordReader({ file, workflowId: "sample" });
  onTestFinished(() => reader.close());
  expect(await verifyRecord(reader)).toMatchObject({ ok: true, differences: [] });
  const kept = new Set(
    (await reader.views.events({ limit: 100_000, types: ["progress_seen"] })).map(({ laneId, event }) =>
      event.type === "progress_seen" ? `ack ${laneId} ${event.data.message}` : "",
    ),
  );
  expect(lines.filter((line) => line.startsWith("ack ") && !kept.has(line))).toEqual([]);
});
