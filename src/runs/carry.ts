import type { WorkOutcome } from "../model/run.ts";
import { carryClean } from "./clean.ts";
import type { WorkContext } from "./context.ts";
import { carryLand } from "./land.ts";
import { brokenOff } from "./outcome.ts";
import { carryRun } from "./run/carry-run.ts";
import { carryValidate } from "./validate.ts";

/** Carries out one piece of work, whatever its kind. Never rejects. */
export function carry(context: WorkContext): Promise<WorkOutcome> {
  if (context.signal.aborted) return Promise.resolve(brokenOff(context.signal));
  switch (context.work.kind) {
    case "run":
      return carryRun(context);
    case "validate":
      return carryValidate(context);
    case "land":
      return carryLand(context);
    case "clean":
      return carryClean(context);
  }
}
