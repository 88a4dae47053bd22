import { MaestroError } from "../../../base/errors.ts";
import type { Forge } from "../../../contracts/forge.ts";
import type { Change } from "../../../model/change.ts";
import { believedChange, USUAL_TRUST } from "../../../model/trust.ts";
import { ask } from "../../ask.ts";
import type { WorkContext } from "../../context.ts";
import { branchOf } from "./repo-desk.ts";

/** The lane's change: as it is on record, else the newest of its branch; `null` when there is none. */
export async function readChange(context: WorkContext, signal: AbortSignal): Promise<Change | null> {
  const forge = forgeOf(context);
  const { changeId, name } = await branchOf(context);
  const change = await ask(context, signal, async (inner) => {
    if (changeId === null) return (await forge.findChange(name, { signal: inner })) ?? null;
    const found = await forge.changesByIds([changeId], { signal: inner });
    return found.find(({ id }) => id === changeId) ?? null;
  });
  return change === null ? null : believedChange(context.workflow.trust ?? USUAL_TRUST, change);
}

/** The forge. Throws `forge_invalid_config` when the workflow has lost it meanwhile. */
export function forgeOf({ parts }: WorkContext): Forge {
  const forge = parts.forge();
  if (forge !== null) return forge;
  throw new MaestroError({ code: "forge_invalid_config", message: "The workflow names no forge." });
}
