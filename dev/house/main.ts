// Usage: dev/check-house [--root DIR]
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { checkHouse } from "./check.ts";

const { values } = parseArgs({ options: { root: { type: "string" } } });
const root = resolve(values.root ?? resolve(import.meta.dirname, "../.."));
const { sizes, breaches } = checkHouse(root);
for (const { file, line, rule, message } of breaches) console.error(`${file}:${line} ${rule}: ${message}`);
console.log(`${sizes}; breaches: ${breaches.length}`);
process.exitCode = breaches.length === 0 ? 0 : 1;
