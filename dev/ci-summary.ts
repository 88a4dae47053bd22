import type { Reporter, TestCase, TestModule } from "vitest/node";

/**
 * Ends a test run with the one plain line `N passed, N failed`. A skip counts as neither, except with MAESTRO_NO_SKIP=1
 * (continuous integration): there a test that was not run proves nothing, so it fails. A gap that its contract declares is
 * skipped with a note that starts with "gap:" and stays a skip everywhere.
 */
export class CiSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const missed = process.env.MAESTRO_NO_SKIP === "1" ? cases.filter(isUnexplainedSkip) : [];
    for (const test of missed) console.error(`skipped, which counts as failed here: ${test.fullName}`);
    if (missed.length > 0) process.exitCode = 1;
    const passed = cases.filter((test) => test.result().state === "passed").length;
    const failed = cases.filter((test) => test.result().state === "failed").length;
    // A file that cannot be loaded has no tests to count, but its tests did not pass.
    const broken = modules.reduce((sum, module) => sum + countErrors(module), 0) + unhandledErrors.length;
    console.log(`${passed} passed, ${failed + broken + missed.length} failed`);
  }
}

function isUnexplainedSkip(test: TestCase): boolean {
  const result = test.result();
  return result.state === "skipped" && !result.note?.startsWith("gap:");
}

/** Errors of a file and of its suites outside their tests: imports, beforeAll, afterAll. */
function countErrors(module: TestModule): number {
  const suites = [...module.children.allSuites()];
  return module.errors().length + suites.reduce((sum, suite) => sum + suite.errors().length, 0);
}
