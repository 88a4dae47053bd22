import type { Command } from "commander";
import { normaliseLabels } from "../../model/issue.ts";
import type { Cli } from "../cli.ts";
import { collect } from "../option-values.ts";
import { usageError } from "../problem.ts";
import { withTarget } from "../target.ts";
import { refreshRunning } from "../refresh.ts";
import { findIssue } from "./find-issue.ts";
import { requireVerb, withTracker } from "./tracker-session.ts";

interface LabelOptions {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro issue label SHOP-3 --add auto-land
  maestro issue label SHOP-3 --remove maestro:needs-attention`;

/** `maestro issue label`. */
export function addIssueLabel(group: Command, cli: Cli): void {
  withTarget(group.command("label"))
    .description("put labels on an issue and take them off")
    .argument("<issue>", "identifier or id")
    .option("--add <name>", "a label to put on; may be given several times", collect)
    .option("--remove <name>", "a label to take off; may be given several times", collect)
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, _options: LabelOptions, command: Command) => {
      await withTracker(cli, command, async (session) => {
        requireVerb(session, "label");
        const options = command.optsWithGlobals<LabelOptions>();
        const add = normaliseLabels(options.add ?? []);
        const remove = normaliseLabels(options.remove ?? []);
        if (add.length + remove.length === 0) throw usageError("Give --add or --remove, or both.");
        const { app, project, tracker, call } = session;
        const { id, identifier } = await findIssue(tracker, wanted, call);
        await tracker.label(id, { add, remove }, call);
        await refreshRunning(cli, app, project);
        const [now] = await tracker.issuesByIds([id], call);
        const labels = now?.labels ?? [];
        if (options.json) return cli.printJson({ version: 1, identifier, labels });
        cli.print(`${identifier} is labelled ${labels.length === 0 ? "with nothing" : labels.join(", ")}.`);
      });
    });
}
