import { onTestFinished } from "vitest";
import { type FakeLinear, type FakeLinearOptions, startFakeLinear } from "../../../dev/fakes/linear/index.ts";
import type { Clock } from "../../../src/base/clock.ts";
import type { JsonObject, JsonValue } from "../../../src/base/json.ts";
import type { SeedIssue } from "../../../src/contracts/conformance/tracker.ts";
import type { AdapterContext } from "../../../src/contracts/tracker.ts";
import { LinearTracker } from "../../../src/trackers/linear/client.ts";
import { readLinearOptions } from "../../../src/trackers/linear/options.ts";
import { trackerPlace, type TrackerPlace } from "../context.ts";
import { KEY, SEED, seedIssues } from "./harness.ts";

export const calmly = { signal: new AbortController().signal };

/** A fake Linear with issues, and clients of it. */
export interface Stage {
  readonly fake: FakeLinear;
  readonly place: TrackerPlace;
  readonly ids: readonly string[];
  /** Beside the fake's address, KEY and team ISS; `undefined` takes a key out. */
  open(options?: Readonly<Record<string, JsonValue | undefined>>, context?: Partial<AdapterContext>): LinearTracker;
}

/** Ends with its test. */
export async function stage(
  issues: readonly SeedIssue[] = [{ identifier: "ISS-1", title: "One", state: "Todo" }],
  options: FakeLinearOptions = {},
  clock?: Clock,
): Promise<Stage> {
  const fake = await startFakeLinear({ seed: SEED, ...options });
  const place = trackerPlace(clock);
  onTestFinished(async () => {
    await fake.close();
    place.remove();
  });
  const ids = [...fake.data.issues, ...seedIssues(fake, issues)].map(({ id }) => id);
  return {
    fake,
    place,
    ids,
    open: (more = {}, context = {}) => {
      const whole = { ...place.context, ...context };
      const all = { endpoint: `${fake.url}/graphql`, api_key: KEY, team: "ISS", ...more };
      const written: JsonObject = JSON.parse(JSON.stringify(all));
      return new LinearTracker(readLinearOptions(written, whole), whole);
    },
  };
}

/** The operations that the fake logged, from an index on. */
export function operations({ fake }: Stage, from = 0): string[] {
  return fake.server.log.calls.slice(from).map(({ operation }) => operation);
}
