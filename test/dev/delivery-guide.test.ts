import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withParts } from "../../dev/delivery-guide.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("the guide to delivery shows the stages, rows and gates that the code has", () => {
  const guide = read("docs/guides/delivery.md");
  expect(withParts(guide), "run `npx tsx dev/delivery-guide.ts`").toBe(guide);
});

test("every acceptance scenario that is said to be shown is a test that exists", () => {
  const rows = read("docs/spec/acceptance.md")
    .split("\n")
    .filter((line) => line.startsWith("| ") && line.includes("](../../test/"));
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) {
    const path = /\]\(\.\.\/\.\.\/(test\/[^)]+)\)/.exec(row)?.[1] ?? "";
    expect(existsSync(new URL(`../../${path}`, import.meta.url)), row).toBe(true);
    const [, name] = /“([^”]+)”/.exec(row) ?? [];
    if (name !== undefined) expect(read(path), row).toContain(name);
  }
});
