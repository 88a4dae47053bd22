// The whole build: validators, the compiler, the program as few files, the dashboard's page.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { listFiles } from "./files.ts";

run("tsx", "dev/generate-validators.ts");
if (listFiles("src").some((file) => file.endsWith(".ts"))) run("tsc", "-p", "tsconfig.build.json");
removeStale("dist");
if (existsSync("src/main.ts")) run("tsx", "dev/bundle.ts");
if (existsSync("dist/main.js")) chmodSync("dist/main.js", 0o755);
if (existsSync("src/dashboard")) {
  run("vite", "build", "src/dashboard", "--outDir", "../../dist/dashboard", "--emptyOutDir", "-l", "warn");
}

function run(tool: string, ...args: string[]): void {
  const { status } = spawnSync(join("node_modules/.bin", tool), args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** Output of deleted sources would still be published. The folder itself stays: a running Maestro may load from it. */
function removeStale(folder: string): void {
  for (const file of listFiles(folder)) {
    const source = join("src", file.replace(/(\.d\.ts|\.js)$/, ".ts"));
    const isCurrent = /^(dashboard|parts)\//.test(file) || existsSync(source) || existsSync(`${source}x`);
    if (!isCurrent) rmSync(join(folder, file));
  }
}
