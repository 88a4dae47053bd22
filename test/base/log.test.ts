import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { memoryLog, pinoLog, silentLog } from "../../src/base/log.ts";
import { renderLine } from "../../src/base/log-line.ts";
import { SecretRegistry } from "../../src/base/redact.ts";

const clock = new VirtualClock();

async function written(pretty: boolean, write: (log: Awaited<ReturnType<typeof pinoLog>>) => void): Promise<string> {
  const stream = new PassThrough();
  const secrets = new SecretRegistry();
  secrets.register("key", "hunter2hunter2");
  write(await pinoLog({ level: "info", destination: stream, secrets, pretty, clock }));
  stream.end();
  return (await stream.toArray()).join("");
}

describe("pinoLog", () => {
  it("writes JSON lines with a fixed message, fields, the time of the clock and no secret", async () => {
    const text = await written(false, (log) => {
      log.debug("not written");
      log.child({ issue_id: "1" }).warn("agent said %s", { text: "hunter2hunter2", run: undefined, level: 5 });
    });
    expect(JSON.parse(text)).toEqual({
      level: "warn",
      time: "2026-01-01T00:00:00.000Z",
      message: "agent said %s",
      issue_id: "1",
      text: "[REDACTED:key]",
      level_: 5,
    });
  });

  it("writes errors as documents with their stack", async () => {
    const error = new MaestroError({ code: "deadline", message: "too late", facts: { ms: 5 } });
    const text = await written(false, (log) => log.error("failed", { error }));
    expect(JSON.parse(text).error).toMatchObject({ code: "deadline", facts: { ms: 5 }, stack: expect.any(String) });
  });

  it("writes readable lines for a terminal", async () => {
    const error = new MaestroError({ code: "deadline", message: "too late" });
    const text = await written(true, (log) => log.info("run started", { issue_identifier: "ABC-1", n: 2, error }));
    expect(text).toBe('00:00:00.000 info  run started issue_identifier=ABC-1 n=2 error="deadline: too late"\n');
  });

  it("appends to a private file in a new folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "maestro-log-"));
    const destination = join(folder, "logs", "maestro.log");
    for (const message of ["one", "two"]) {
      (await pinoLog({ level: "debug", destination, secrets: new SecretRegistry(), clock })).debug(message);
    }
    const lines = (await readFile(destination, "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(["one", "two"]);
    await rm(folder, { recursive: true });
  });

  it("never throws when its sink fails, and warns once", async () => {
    const warn = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
    for (const destination of ["/proc/no/such/file", broken]) {
      warn.mockClear();
      const log = await pinoLog({ level: "info", destination, secrets: new SecretRegistry() });
      log.info("one");
      log.info("two");
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(warn).toHaveBeenCalledOnce();
      expect(warn).toHaveBeenCalledWith(expect.stringContaining("the log cannot be written"));
    }
    warn.mockRestore();
  });
});

describe("renderLine", () => {
  it("shows no control characters and no stack", () => {
    const error = { code: "c", message: "m", stack: "at x" };
    const line = renderLine(
      JSON.stringify({ level: "info", message: "a\u001b[31m", text: "b\u001b\n", list: [1], error }),
    );
    expect(line).not.toMatch(/\p{Cc}/u);
    expect(line).toContain("list=[1]");
    expect(line).not.toContain("at x");
  });

  it("returns foreign text as it is", () => {
    expect(renderLine("not json")).toBe("not json");
  });
});

it("memoryLog keeps the lines of its children with all fields", () => {
  const log = memoryLog();
  log
    .child({ lane_id: "l" })
    .child({ run: 1 })
    .error("failed", { error: new Error("x") });
  expect(log.entries).toMatchObject([{ level: "error", fields: { lane_id: "l", run: 1, error: { message: "x" } } }]);
});

it("silentLog stays silent", () => {
  expect(silentLog.child({ a: 1 }).info("x")).toBeUndefined();
});
