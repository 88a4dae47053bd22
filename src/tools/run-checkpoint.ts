import type { Tool, ToolContext, ToolResult } from "../contracts/tool.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import { checkArguments } from "./arguments.ts";
import type { CheckpointArguments } from "./outside/schema.ts";
import { schemaOfCheckpointArguments, validateCheckpointArguments } from "./outside/schema.gen.ts";

/** Records where the work stands, as memory of the lane. It decides nothing. */
export const runCheckpoint: Tool = {
  name: "run_checkpoint",
  description:
    "Record where the work stands, for whoever goes on with it: phase, focus, the very next step, blockers, what was found out or ruled out, what " +
    "was verified. Do so when one of them changes, and before you stop. It is memory and ends nothing: for that there are the other run_ tools. " +
    "Paths are relative to the repository; no secrets, no names of machines or users. head_sha is filled in when it is left out.",
  mutates: false,
  inputSchema: JSON.parse(JSON.stringify(schemaOfCheckpointArguments)),
  async call(args, context) {
    const given = checkArguments(validateCheckpointArguments, args);
    const { phase, focus, next_action: nextAction, blockers = [], evidence = [], verification = [] } = given;
    if (phase === "blocked" && blockers.length === 0) {
      return {
        ok: false,
        code: "invalid_arguments",
        text: "A blocked phase names at least one blocker: what stops you, and who can lift it.",
      };
    }
    const head = await presentHead(given, context);
    if (!head.ok) return head.refusal;
    const checkpoint: Checkpoint = { phase, focus, nextAction, blockers, evidence, verification, headSha: head.sha };
    await context.observe({ type: "checkpoint_recorded", data: checkpoint });
    await context.outside?.showCheckpoint?.(checkpoint, { signal: context.signal });
    return { ok: true, code: "ok", text: "Recorded. Go on; this run has not ended with it." };
  },
};

type Head = { readonly ok: true; readonly sha: string | null } | { readonly ok: false; readonly refusal: ToolResult };

/** HEAD as the host sees it; a checkpoint about another commit is refused. */
async function presentHead({ head_sha: said }: CheckpointArguments, context: ToolContext): Promise<Head> {
  const { outside, signal } = context;
  const sha = outside?.can("repo") === true ? (await outside.repo.status({ signal })).headSha : null;
  if (said === undefined || said === sha) return { ok: true, sha };
  const text =
    sha === null
      ? "This run has no repository: leave head_sha out."
      : `HEAD is ${sha}, not ${said}: look again at what you record.`;
  return { ok: false, refusal: { ok: false, code: "refused", text } };
}
