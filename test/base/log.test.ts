import { describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import { memoryLog, silentLog } from "../../src/base/log.ts";

describe("memoryLog", () => {
  it("keeps the lines of its children with all fields", () => {
    const log = memoryLog();
    log
      .child({ lane_id: "l" })
      .child({ run: 1 })
      .error("failed", { error: new Error("x"), none: undefined, level: 5 });
    expect(log.entries).toMatchObject([
      { level: "error", fields: { lane_id: "l", run: 1, level_: 5, error: { message: "x" } } },
    ]);
    expect(log.entries[0]?.fields).not.toHaveProperty("none");
  });

  it("shows an error with its causes, and ends where they go in circles", () => {
    const log = memoryLog();
    const root = new Error("refused");
    const middle = new MaestroError({ code: "deadline", message: "too late", facts: { ms: 5 }, cause: root });
    root.cause = middle;
    log.error("failed", { error: middle });
    log.error("failed", { error: new Error("outer", { cause: "a text" }) });
    expect(log.entries[0]?.fields.error).toMatchObject({
      code: "deadline",
      facts: { ms: 5 },
      stack: expect.stringContaining("too late"),
      cause: { message: "refused", cause: { code: "deadline" } },
    });
    expect(JSON.stringify(log.entries[0]).match(/refused/g)?.length).toBeLessThan(12);
    expect(log.entries[1]?.fields.error).toMatchObject({ message: "outer", cause: "a text" });
  });
});

it("silentLog stays silent", () => {
  expect(silentLog.child({ a: 1 }).info("x")).toBeUndefined();
});
