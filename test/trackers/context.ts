import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { type LogEntry, memoryLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { RateLimiters } from "../../src/base/rate-limiter.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { AdapterContext } from "../../src/contracts/tracker.ts";

/** A place for one test's tracker. */
export interface TrackerPlace {
  readonly context: AdapterContext;
  readonly logged: readonly LogEntry[];
  remove(): void;
}

/** Two temporary folders, one for the workflow file and one for the state, with real randomness and the given clock. */
export function trackerPlace(clock: Clock = systemClock()): TrackerPlace {
  const root = mkdtempSync(join(tmpdir(), "maestro-tracker-"));
  const log = memoryLog();
  const context: AdapterContext = {
    clock,
    random: systemRandom(),
    log,
    secrets: new SecretRegistry(),
    limiters: new RateLimiters(clock),
    directory: join(root, "project"),
    stateDirectory: join(root, "state"),
    environment: {},
  };
  return { context, logged: log.entries, remove: () => rmSync(root, { recursive: true, force: true }) };
}
