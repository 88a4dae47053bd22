import { isJsonObject, parseJson } from "../base/json.ts";
import { toMaestroError } from "../base/errors.ts";
import type { Command } from "../model/command.ts";
import { reason } from "../model/verdict.ts";
import type { Answered } from "./on-lane.ts";
import type { OrchestratorParts } from "./ports.ts";

/** Carries out `recover`, before the transaction of its answer: what it looks at takes its time. Never rejects. */
export async function carryOutRecovery({ recover }: OrchestratorParts, command: Command): Promise<Answered> {
  if (recover === undefined) return { ok: false, ...reason("unsupported", "This service cannot look for leftovers.") };
  try {
    const document = await recover(command.arguments.apply === "true");
    const { applied, leftovers } = document;
    const left = leftovers.filter(({ state }) => state === "left").length;
    const details = parseJson(JSON.stringify(document));
    const count = leftovers.length === 1 ? "One thing was" : `${leftovers.length} things were`;
    const became = !applied
      ? "Nothing was changed."
      : left === 0
        ? "All of it was mended."
        : `${left} could not be mended.`;
    const sentence = leftovers.length === 0 ? "Nothing was left behind." : `${count} left behind. ${became}`;
    return { ok: true, ...reason("recovered", sentence), ...(isJsonObject(details) ? { details } : {}) };
  } catch (error) {
    const { code, message } = toMaestroError(error);
    return { ok: false, ...reason(code, message) };
  }
}
