import type { Command } from "commander";
import { MaestroError } from "../../base/errors.ts";
import type { Cli } from "../cli.ts";
import { withTarget } from "../target.ts";
import { refreshRunning } from "../refresh.ts";
import { findChange, withForge } from "./forge-session.ts";

interface MergeOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro change merge 3                merges the head that is shown now, and no other`;

/** `maestro change merge`. */
export function addChangeMerge(group: Command, cli: Cli): void {
  withTarget(group.command("merge"))
    .description("merge a change yourself, whatever its reviews say")
    .argument("<change>", "number or branch")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, _options: MergeOptions, command: Command) => {
      await withForge(cli, command, async (session) => {
        const change = await findChange(session, wanted);
        const result = await session.forge.merge(change.id, change.headSha, session.call);
        if (result.kind === "refused") throw refused(change.id, result);
        await refreshRunning(cli, session.app, session.project);
        const { json } = command.optsWithGlobals<MergeOptions>();
        if (json) return cli.printJson({ version: 1, id: change.id, result: result.kind, merged_sha: result.sha });
        const verb = result.kind === "already" ? "was merged before" : "was merged";
        cli.print(`Change #${change.id} ${verb}, as ${result.sha}.`);
      });
    });
}

function refused(id: string, { code, sentence }: { readonly code: string; readonly sentence: string }): MaestroError {
  return new MaestroError({
    code: "merge_refused",
    message: sentence,
    hint: `\`maestro change show ${id}\` tells how it stands.`,
    facts: { change_id: id, reason: code },
  });
}
