import type { ConformanceCase } from "./case.ts";
import type { EngineHarness } from "./engine-harness.ts";
import { engineLeaseCases } from "./engine-leases.ts";
import { engineQueueCases } from "./engine-queue.ts";

export type { EngineHarness } from "./engine-harness.ts";

/** What every engine does. Each case gets a harness of its own, whose record is empty. */
export const engineCases: readonly ConformanceCase<EngineHarness>[] = [...engineQueueCases, ...engineLeaseCases];
