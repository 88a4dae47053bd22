import { defineConfig } from "vitest/config";
import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { CiSummary } from "./dev/ci-summary.ts";

// A home of their own: a person's start-up files are no part of what is tested, and a shell that is killed among them leaves locks behind.
const home = mkdtempSync(join(tmpdir(), "maestro-test-home-"));
process.once("exit", () => rmSync(home, { recursive: true, force: true }));
const env = { HOME: home, XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache") };
const isLong = process.env.MAESTRO_LONG === "1";
const exclude = isLong ? [] : ["**/*.long.test.ts"];
/** Tests that start real agents, which `npm run agents` installs. */
const REAL_AGENTS = "test/agents/**/real*.test.ts";

export default defineConfig({
  test: {
    reporters: ["default", new CiSummary()],
    projects: [
      {
        test: {
          name: "unit",
          env,
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/journeys/**", REAL_AGENTS, ...exclude],
          maxWorkers: 2,
          testTimeout: isLong ? 600_000 : 15_000,
          hookTimeout: 15_000,
        },
      },
      {
        // Real processes, ports and Git: one after the other, so that a deadline measures Maestro and not its neighbour.
        test: {
          name: "e2e",
          env,
          include: ["test/e2e/**/*.test.ts"],
          exclude,
          fileParallelism: false,
          testTimeout: isLong ? 600_000 : 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Whole services for minutes rather than seconds: days of work, attacks, adapters from end to end. Run by `npm run test:journeys`.
        test: {
          name: "journeys",
          env,
          include: ["test/journeys/**/*.test.ts"],
          exclude,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        // Each agent takes a core and some hundred megabytes. Run by `npm run test:agents`.
        test: {
          name: "agents",
          include: [REAL_AGENTS],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
