import type { Limits, Price } from "../model/budget.ts";
import { dayOf, machineTimeZone } from "../model/day.ts";
import type { Budget } from "../model/workflow.ts";
import { type Loading, report } from "./loading.ts";
import type { WorkflowFile } from "./schema/workflow-file.ts";

type Section = WorkflowFile["budget"];

/** The `budget` section. */
export function readBudget(loading: Loading, section: Section): Budget {
  const { run, issue, day, workflow, warn_at: warnAt, time_zone: written, prices } = section;
  const timeZone = written ?? machineTimeZone();
  if (!isTimeZone(timeZone)) {
    report(loading, ["budget", "time_zone"], {
      message: `"${timeZone}" is no time zone that is known here`,
      hint: "use a name such as Europe/Berlin or UTC",
    });
  }
  return {
    run: {
      modelCalls: run.model_calls,
      tokens: run.tokens,
      costUsd: run.cost_usd ?? null,
      repeatedCalls: run.repeated_calls,
      turns: run.turns ?? null,
      wallMs: run.wall_ms ?? null,
    },
    issue: limitsOf(issue),
    day: limitsOf(day),
    workflow: limitsOf(workflow),
    warnAt,
    timeZone,
    prices: Object.fromEntries(Object.entries(prices).map(([model, price]) => [model, priceOf(price)])),
  };
}

function limitsOf(section: Section["issue" | "day" | "workflow"]): Limits {
  return {
    // 0 is how a default is switched off.
    tokens: section.tokens || null,
    sessions: section.sessions || null,
    costUsd: section.cost_usd ?? null,
    turns: section.turns ?? null,
    modelCalls: section.model_calls ?? null,
    wallMs: section.wall_ms ?? null,
  };
}

function priceOf({ input, output, cache_read, cache_write }: Section["prices"][string]): Price {
  return { input, output, cacheRead: cache_read ?? input, cacheWrite: cache_write ?? input };
}

function isTimeZone(name: string): boolean {
  try {
    dayOf(0, name);
    return true;
  } catch {
    // The system does not know it.
    return false;
  }
}
