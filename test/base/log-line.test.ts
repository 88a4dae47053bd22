import { describe, expect, it } from "vitest";
import { boundedLine, plainJson, renderLine } from "../../src/base/log-line.ts";

const plain = { colour: false, time: "full" } as const;
/** The escape sequences of colours. */
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");
const json = (fields: object): string =>
  JSON.stringify({ level: "info", time: "2026-01-01T00:00:00.000Z", message: "run started", ...fields });

describe("renderLine", () => {
  it("shows time, level, message and fields, quoted only where they must be", () => {
    const error = { code: "deadline", message: "too late", stack: "at x" };
    const line = renderLine(json({ issue_identifier: "ABC-1", n: 2, text: 'a "b"', list: [1], error }), plain);
    expect(line).toBe(
      '2026-01-01T00:00:00.000Z info  run started issue_identifier=ABC-1 n=2 text="a \\"b\\"" list=[1] error="deadline: too late"',
    );
  });

  it("shows the reader's own time of day on a terminal", () => {
    const at = new Date("2026-01-01T00:00:00.042Z");
    const hours = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0"));
    const line = renderLine(json({ time: at.toISOString() }), { colour: false, time: "clock" });
    expect(line).toBe(`${hours.join(":")}.042 info  run started`);
  });

  it("paints only when asked to, and by level", () => {
    const painted = renderLine(json({ level: "error", a: 1 }), { colour: true, time: "full" });
    expect(painted).toContain("\u001b[31merror\u001b[0m");
    expect(painted.replaceAll(ESCAPES, "")).toBe(renderLine(json({ level: "error", a: 1 }), plain));
  });

  it.each([
    ["an escape sequence", "\u001b]0;owned\u0007\u001b[31m"],
    ["a one-byte escape", "\u009b31m"],
    ["a line end", "a\r\nb\u2028c"],
    ["a turned direction", "a\u202eb\u2066c"],
  ])("lets %s of a foreign text reach no terminal", (_, foreign) => {
    const fields = { message: foreign, [foreign]: foreign, nested: { [foreign]: [foreign] } };
    const error = { code: "c", message: foreign };
    const steering = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;
    expect(renderLine(json({ ...fields, error }), plain)).not.toMatch(steering);
    expect(renderLine(foreign, plain)).not.toMatch(steering);
    const safe = plainJson(json({ ...fields, error }));
    expect(safe).not.toMatch(steering);
    expect(JSON.parse(safe)).toEqual(JSON.parse(json({ ...fields, error })));
  });

  it("returns foreign text as it is", () => {
    expect(renderLine("not json", plain)).toBe("not json");
  });
});

describe("boundedLine", () => {
  it("leaves a line of ordinary length alone", () => {
    expect(boundedLine(json({ text: "a".repeat(10_000) }))).toBe(json({ text: "a".repeat(10_000) }));
  });

  it("keeps the beginning of what is too long, and says what is missing", () => {
    const list = Array.from({ length: 500 }, (_, at) => at);
    const line = boundedLine(json({ issue_id: "1", text: "ä".repeat(1_000_000), deep: { list } }));
    expect(line.length).toBeLessThan(3_000);
    const { issue_id, text, deep } = JSON.parse(line);
    expect(issue_id).toBe("1");
    expect(text).toMatch(/^ä{900,}… \(1000000 characters\)$/);
    expect(deep.list.slice(-2)).toEqual([19, "… (500 items)"]);
  });
});
