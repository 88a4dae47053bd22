// Writes docs/conformance.md: what of the Symphony specification holds, and how that is shown.
// Usage: tsx dev/conformance/main.ts [--check] (npm run conformance, npm run conformance:check)
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { readProofs } from "./proofs.ts";
import { findContradictions, renderReport } from "./report.ts";
import { readRequirements } from "./requirement.ts";
import { STATUSES } from "./statuses.ts";

const TARGET = "docs/conformance.md";
const root = resolve(import.meta.dirname, "../..");
const conformance = { requirements: readRequirements(), proofs: readProofs(root), statuses: STATUSES };
const contradictions = findContradictions(conformance);
for (const sentence of contradictions) console.error(sentence);
if (contradictions.length > 0) process.exitCode = 1;
const text = renderReport(conformance);
const path = resolve(root, TARGET);
if (!process.argv.includes("--check")) writeFileSync(path, text);
else if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
  console.error(`${TARGET} does not say what the tests and dev/conformance say; run: npm run conformance`);
  process.exitCode = 1;
}
