// Writes THIRD_PARTY_LICENSES.md from what is published: the production tree of the lock file, and what Vite bundles.
// Usage: tsx dev/third-party-licenses.ts [--check]
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const TARGET = "THIRD_PARTY_LICENSES.md";
/** Development dependencies whose code ends up in the dashboard's bundle. */
const BUNDLED = ["node_modules/preact"];

interface LockedPackage {
  version: string;
  license?: string;
  dev?: boolean;
}

const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, LockedPackage> };
const published = Object.entries(lock.packages)
  .filter(([path, { dev }]) => path !== "" && (dev !== true || BUNDLED.includes(path)))
  .sort(([a], [b]) => (a < b ? -1 : 1));
const text = `# Third-party licenses

Maestro is published with, or depends at run time on, these packages.
Written by \`npm run licenses\` from the lock file; do not edit.
${published.map(([path, locked]) => renderPackage(path, locked)).join("")}`;

if (!process.argv.includes("--check")) writeFileSync(TARGET, text);
else if (!existsSync(TARGET) || readFileSync(TARGET, "utf8") !== text) {
  console.error(`${TARGET} does not match package-lock.json; run: npm run licenses`);
  process.exitCode = 1;
}

function renderPackage(path: string, { version, license }: LockedPackage): string {
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  return `\n## ${name} ${version}\n\n${license ?? "License in the text below"}\n\n${readLicenseText(path)}`;
}

function readLicenseText(path: string): string {
  const files = readdirSync(path).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  if (files.length === 0) return "(The package carries no license file.)\n";
  return files
    .sort()
    .map((file) => `\`\`\`text\n${readFileSync(join(path, file), "utf8").replace(/\r\n/g, "\n").trim()}\n\`\`\`\n`)
    .join("\n");
}
