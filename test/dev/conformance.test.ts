import { expect, test } from "vitest";
import { findContradictions, renderReport } from "../../dev/conformance/report.ts";
import { readRequirements } from "../../dev/conformance/requirement.ts";

const about = "It does something";
const requirement = (id: string, level = "M") => ({ id, level, about, chapter: "One" });
const proof = (...ids: string[]) => ({ ids, file: "test/conformance/symphony/one.test.ts", name: "it does" });

test("the list has every id once", () => {
  const ids = readRequirements().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual([...ids].sort());
});

test("an id needs a test or a status, a test needs a known id, and what is later has no test", () => {
  const conformance = {
    requirements: ["S-001", "S-002", "S-003", "S-004"].map((id) => requirement(id)),
    proofs: [proof("S-001", "S-003"), proof("S-999"), proof("S-004")],
    statuses: {
      "S-003": { is: "later", issue: 7, because: "Not yet." },
      "S-004": { is: "deviates", because: "Because." },
      "S-998": { is: "not applicable", because: "No." },
    },
  } as const;
  expect(findContradictions(conformance)).toEqual([
    "S-999 is not in the list of requirements",
    "S-998 is not in the list of requirements",
    "S-002 has no test and no status",
    'S-003 is "later" and has a test: one of them is out of date',
  ]);
});

test("the page counts per level and says for each what becomes of it", () => {
  const page = renderReport({
    requirements: [requirement("S-001"), requirement("S-002"), requirement("S-003", "O")],
    proofs: [proof("S-001", "S-002")],
    statuses: {
      "S-002": { is: "deviates", because: "On purpose." },
      "S-003": { is: "later", issue: 4, because: "Not yet." },
    },
  });
  for (const row of ["| M | 1 | 1 | 0 | 0 | 2 |", "| O | 0 | 0 | 1 | 0 | 1 |", "| **all** | 1 | 1 | 1 | 0 | 3 |"])
    expect(page).toContain(row);
  expect(page).toContain("| S-001 | M | It does something | passes: [one](../test/conformance/symphony/one.test.ts) |");
  expect(page).toContain("**deviates**: On purpose. The rest: [one]");
  expect(page).toContain("**later** (4): Not yet. |");
});
