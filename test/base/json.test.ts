import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isJsonObject, parseJson, stableJson } from "../../src/base/json.ts";

describe("parseJson", () => {
  it("rejects with a position and without the text, which may be secret", () => {
    expect(() => parseJson('{"a": hunter2hunter2}')).toThrowError(
      expect.objectContaining({ code: "invalid_json", message: expect.not.stringContaining("hunter2") }),
    );
    expect(() => parseJson("")).toThrowError(expect.objectContaining({ code: "invalid_json" }));
  });
});

describe("stableJson", () => {
  it("means the same as JSON.stringify and does not depend on key order", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = stableJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        if (isJsonObject(value)) expect(stableJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(text);
      }),
    );
  });

  it("leaves out undefined members and honours toJSON", () => {
    expect(stableJson({ b: undefined, a: [undefined, new Date(0)] })).toBe('{"a":[null,"1970-01-01T00:00:00.000Z"]}');
  });

  it("allows one object twice but not a circle, and nothing that JSON cannot carry", () => {
    const shared = { x: 1 };
    expect(stableJson([shared, shared])).toBe('[{"x":1},{"x":1}]');
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const value of [circle, undefined, () => 1, 1n, Number.NaN, Symbol("s")]) {
      expect(() => stableJson(value)).toThrowError(expect.objectContaining({ code: "invalid_json" }));
    }
  });
});

it("isJsonObject excludes null and arrays", () => {
  expect([{}, null, [], "x"].map(isJsonObject)).toEqual([true, false, false, false]);
});
