import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PassThrough, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { logFile } from "../../src/base/log-file.ts";
import { logStream } from "../../src/base/log-stream.ts";
import { type LogTarget, openLog } from "../../src/base/log-writer.ts";
import { SecretRegistry } from "../../src/base/redact.ts";

let folder: string;
let path: string;
let clock: VirtualClock;
let secrets: SecretRegistry;
let told: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "maestro-log-"));
  path = join(folder, "logs", "maestro.log");
  clock = new VirtualClock();
  secrets = new SecretRegistry();
  secrets.register("key", "hunter2hunter2");
  told = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (...targets: LogTarget[]) =>
  openLog({ targets, secrets, clock, lastResort: (sentence) => told.push(sentence) });
const fileTarget = (maxBytes = 1_000_000, keep = 3): LogTarget => ({
  output: logFile({ path, maxBytes, keep, clock }),
  level: "info",
  format: "json",
});
const streamTarget = (stream: Writable, level: LogTarget["level"] = "info"): LogTarget => ({
  output: logStream("stderr", stream),
  level,
  format: "json",
});

/** The messages of a log's text, with the fields that tests look at. */
function messages(text: string): string[] {
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line).message]));
}
const messagesOf = async (file = path): Promise<string[]> => messages(await readFile(file, "utf8"));
const textOf = (stream: PassThrough): string => {
  const read: unknown = stream.read();
  return read === null ? "" : String(read);
};

describe("what is written", () => {
  it("is JSON lines with a fixed message, bound fields and the time of the clock", async () => {
    const log = await open(fileTarget());
    log.debug("not written");
    log.child({ issue_id: "1" }).child({ session_id: "s" }).warn("agent said %s", { run: undefined, time: 5 });
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({
      level: "warn",
      time: "2026-01-01T00:00:00.000Z",
      message: "agent said %s",
      issue_id: "1",
      session_id: "s",
      time_: 5,
    });
  });

  it("goes to each target from its own level on, in its own format", async () => {
    const terminal = new PassThrough();
    const readable: LogTarget = {
      output: logStream("stderr", terminal),
      level: "warn",
      format: { colour: false, time: "full" },
    };
    const log = await open(fileTarget(), readable);
    log.info("run started");
    log.warn("hook failed", { hook: "after_run" });
    expect(await messagesOf()).toEqual(["run started", "hook failed"]);
    expect(textOf(terminal)).toBe("2026-01-01T00:00:00.000Z warn  hook failed hook=after_run\n");
    expect(log.troubles()).toEqual([]);
  });

  it("is nothing without a target", async () => {
    const log = await open();
    log.error("nobody hears it");
    expect(told).toEqual([]);
  });

  it("stands in a file and folders that nobody else can read, behind what stood there", async () => {
    for (const message of ["one", "two"]) (await open(fileTarget())).info(message);
    expect(await messagesOf()).toEqual(["one", "two"]);
    const modes = await Promise.all([path, join(folder, "logs")].map(async (at) => (await stat(at)).mode & 0o777));
    expect(modes).toEqual([0o600, 0o700]);
  });
});

describe("secrets", () => {
  it("are masked wherever they stand, also in the causes of errors and bound fields", async () => {
    const log = await open(fileTarget());
    const cause = new Error("refused hunter2hunter2", { cause: new Error("401 for hunter2hunter2") });
    log
      .child({ url: "https://u:hunter2hunter2@a.invalid" })
      .error("failed", { error: new Error("asked", { cause }), hunter2hunter2: { list: ["hunter2hunter2"] } });
    const text = await readFile(path, "utf8");
    expect(text).not.toContain("hunter2");
    expect(JSON.parse(text).error.cause.cause.message).toBe("401 for [REDACTED:key]");
  });

  it("are masked at every place in a line that is written in pieces or shortened", async () => {
    const log = await open(fileTarget(10_000_000));
    // Around the places where texts are cut (2,000), lines are shortened (16 KiB) and pipes and streams break (4, 16, 64 KiB).
    for (const edge of [2_000, 4_096, 16_384, 65_536]) {
      for (let at = edge - 80; at <= edge + 4; at += 1) {
        log.info("a long text", { text: `${"x".repeat(at)}hunter2hunter2${"y".repeat(100)}` });
      }
    }
    expect(await readFile(path, "utf8")).not.toMatch(/hunt/);
  });

  it("that are registered later count, and the last resort is masked as well", async () => {
    const log = await open({
      ...fileTarget(),
      output: logFile({ path: "/proc/laterlater/x", maxBytes: 1e6, keep: 1, clock }),
    });
    secrets.register("late", "laterlater");
    log.info("one");
    expect(told).toEqual([expect.stringContaining("/proc/[REDACTED:late]/x")]);
  });
});

describe("a sink that fails", () => {
  it("is told of once, dropped, tried each second, and tells how much is missing when it is back", async () => {
    const terminal = new PassThrough();
    await writeFile(join(folder, "logs"), "in the way");
    const log = await open(fileTarget(), streamTarget(terminal));
    for (const message of ["one", "two", "three"]) log.info(message);
    expect(messages(textOf(terminal))).toEqual(["log lines are lost", "one", "two", "three"]);
    expect(log.troubles()).toMatchObject([{ sink: path, lost: 3, since: clock.now(), error: { code: "log_failed" } }]);
    await rm(join(folder, "logs"));
    log.info("four");
    expect(log.troubles()).toHaveLength(1);
    await clock.advance(1_000);
    log.info("five");
    expect(log.troubles()).toEqual([]);
    expect(await messagesOf()).toEqual(["five", "log lines were lost; they are written again"]);
    expect(await readFile(path, "utf8")).toContain('"lost":4');
    expect(messages(textOf(terminal))).toEqual(["four", "log lines were lost; they are written again", "five"]);
    expect(told).toEqual([]);
  });

  it("is told of on the last resort when it is the only one, also where no folder can be made", async () => {
    const output = logFile({ path: "/proc/no/such/file", maxBytes: 1e6, keep: 1, clock });
    const log = await open({ output, level: "info", format: "json" });
    log.info("one");
    log.info("two");
    expect(told).toEqual([expect.stringMatching(/^The log cannot be written to \/proc\/no\/such\/file: ./)]);
  });

  it.skipIf(process.platform !== "linux")(
    "on a full disk breaks one line off, goes on, and is written again as soon as there is space",
    async () => {
      const script = fileURLToPath(new URL("./log-writer-process.ts", import.meta.url));
      const limited = ["-c", 'ulimit -S -f 4; exec "$0" "$@"', process.execPath, "--import", "tsx", script, path];
      const child = spawn("bash", limited, { stdio: ["pipe", "pipe", "inherit"] });
      const said: string[] = [];
      for await (const line of createInterface(child.stdout)) {
        said.push(line);
        if (said.length > 1) continue;
        execFileSync("prlimit", ["--pid", String(child.pid), "--fsize=unlimited:unlimited"]);
        child.stdin.write("go on\n");
      }
      expect(said).toEqual([expect.stringContaining(`cannot be written to ${path}: There is no space left`), "[]"]);
      const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
      const torn = lines.findIndex((line) => !line.endsWith("}"));
      expect(torn).toBeGreaterThan(5);
      const whole = lines.filter((_, at) => at !== torn).map((line) => JSON.parse(line));
      expect(whole.slice(0, torn).map(({ n }) => n)).toEqual(Array.from({ length: torn }, (_, n) => n));
      expect(whole.slice(torn)).toMatchObject([
        { message: "the first line afterwards" },
        { message: "log lines were lost; they are written again", lost: 2 },
      ]);
    },
  );

  it("is not told of again and again when it fails for short times", async () => {
    const log = await open(fileTarget());
    log.info("begin");
    for (let n = 0; n < 20; n += 1) {
      await rename(join(folder, "logs"), join(folder, "aside"));
      await writeFile(join(folder, "logs"), "in the way");
      await clock.advance(1_000);
      log.info("lost");
      await rm(join(folder, "logs"));
      await rename(join(folder, "aside"), join(folder, "logs"));
      await clock.advance(1_000);
      log.info("written");
    }
    expect(told).toHaveLength(1);
    const seen = await messagesOf();
    expect(seen.filter((message) => message === "written")).toHaveLength(20);
    expect(seen.filter((message) => message.startsWith("log lines were lost"))).toHaveLength(1);
  });

  it("may be a stream that is closed", async () => {
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")), autoDestroy: false });
    const log = await open(fileTarget(), streamTarget(broken));
    for (const message of ["one", "two"]) log.info(message);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await messagesOf()).toEqual(["one", "two", "log lines are lost"]);
    expect(log.troubles()).toMatchObject([{ sink: "stderr", error: { message: "EPIPE" } }]);
    const ended = new PassThrough();
    ended.end();
    const second = await open(fileTarget(), streamTarget(ended));
    second.info("three");
    await new Promise((resolve) => setImmediate(resolve));
    expect(await messagesOf()).toContain("three");
    expect(second.troubles()).toHaveLength(1);
  });

  it("may be a reader that does not read: no more than a megabyte waits for it", async () => {
    const finish: (() => void)[] = [];
    const slow = new Writable({ write: (_chunk, _encoding, done) => void finish.push(done), highWaterMark: 1 });
    const log = await open(streamTarget(slow));
    for (let n = 0; n < 2_000; n += 1) log.info("line", { pad: "x".repeat(2_000) });
    expect(slow.writableLength).toBeLessThan(1024 * 1024 + 3_000);
    expect(log.troubles()).toMatchObject([{ error: { code: "log_not_read" } }]);
    expect(told).toHaveLength(1);
  });

  it("may be a place where no file can be written", async () => {
    // A folder in its way refuses everybody, also root, whom no mode of a file stops.
    await mkdir(join(folder, "maestro.log"));
    const output = logFile({ path: join(folder, "maestro.log"), maxBytes: 1e6, keep: 1, clock });
    const log = await open({ output, level: "info", format: "json" });
    log.info("one");
    expect(log.troubles()).toMatchObject([{ error: { facts: { system_code: "EISDIR" } } }]);
  });
});
