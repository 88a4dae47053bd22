import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newId, shortHash, slug } from "../../src/base/ids.ts";
import { seededRandom, systemRandom } from "../../src/base/random.ts";

describe.each([
  ["systemRandom", systemRandom],
  ["seededRandom", () => seededRandom(1)],
])("%s", (_name, make) => {
  it("stays in its ranges and reaches every item", () => {
    const random = make();
    const seen = new Set<string>();
    for (let round = 0; round < 500; round += 1) {
      const next = random.next();
      expect(next).toBeGreaterThanOrEqual(0);
      expect(next).toBeLessThan(1);
      expect([0, 1, 2]).toContain(random.integer(3));
      seen.add(random.pick(["a", "b", "c"]));
    }
    expect(seen.size).toBe(3);
    expect(random.hex(8)).toMatch(/^[0-9a-f]{16}$/);
    expect(random.integer(1)).toBe(0);
  });

  it("refuses impossible requests", () => {
    for (const below of [0, -1, 1.5, Number.NaN]) expect(() => make().integer(below)).toThrowError(/upper bound/);
    expect(() => make().pick([])).toThrowError(/nothing to pick/);
  });
});

it("seededRandom repeats with its seed and only with it", () => {
  const draw = (seed: number): string => seededRandom(seed).hex(16);
  fc.assert(
    fc.property(fc.maxSafeNat(), (seed) => {
      expect(draw(seed)).toBe(draw(seed));
      expect(draw(seed)).not.toBe(draw(seed + 1));
    }),
  );
});

describe("ids", () => {
  it("newId has its prefix and 16 hex characters", () => {
    expect(newId(systemRandom(), "cmd")).toMatch(/^cmd_[0-9a-f]{16}$/);
  });

  it("shortHash is SHA-256", () => {
    expect(shortHash("abc")).toBe("ba7816bf8f01cfea");
    expect(shortHash("abc", 8)).toBe("ba7816bf");
  });

  it("slug is safe in file and branch names, bounded, never empty", () => {
    expect(slug("Fix: the Löwe's  crash!")).toBe("fix-the-lowe-s-crash");
    expect(slug("aaa bbb", 4)).toBe("aaa");
    expect(slug("修复登录")).toMatch(/^[0-9a-f]{8}$/);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 60 }), (text, max) => {
        const made = slug(text, max);
        expect(made).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(made.length).toBeLessThanOrEqual(max);
      }),
    );
  });
});
