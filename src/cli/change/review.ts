import type { Command } from "commander";
import { MaestroError } from "../../base/errors.ts";
import type { ChangeReview } from "../../model/change.ts";
import { personAt } from "../actor.ts";
import type { Cli } from "../cli.ts";
import { usageError } from "../problem.ts";
import { withTarget } from "../target.ts";
import { refreshRunning } from "../refresh.ts";
import { findChange, type ForgeSession, withForge } from "./forge-session.ts";

interface ReviewOptions {
  readonly approve?: boolean;
  readonly requestChanges?: boolean;
  readonly comment?: boolean;
  readonly body?: string;
  readonly author?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro change review 3 --approve
  maestro change review 3 --request-changes --body "Please give the limit a name."
  maestro change review 3 --comment --body "Reads well so far." --author alice`;

/** `maestro change review`. */
export function addChangeReview(group: Command, cli: Cli): void {
  withTarget(group.command("review"))
    .description("review the present head of a change")
    .argument("<change>", "number or branch")
    .option("--approve", "it may land")
    .option("--request-changes", "it may not land like this; the agent is told why")
    .option("--comment", "say something without deciding")
    .option("--body <text>", "what you have to say, in Markdown")
    .option("--author <name>", "who reviews (default: you)")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, _options: ReviewOptions, command: Command) => {
      const options = command.optsWithGlobals<ReviewOptions>();
      const decision = decisionOf(options);
      await withForge(cli, command, (session) => review(cli, session, wanted, { ...options, decision }));
    });
}

type Decision = ChangeReview["decision"];

function decisionOf({ approve, requestChanges, comment, body }: ReviewOptions): Decision {
  const chosen: Decision[] = [];
  if (approve) chosen.push("approved");
  if (requestChanges) chosen.push("changes_requested");
  if (comment) chosen.push("commented");
  const [decision] = chosen;
  if (decision === undefined || chosen.length > 1) {
    throw usageError("Give one of --approve, --request-changes and --comment.");
  }
  if (decision !== "approved" && (body ?? "").trim() === "") {
    throw usageError("Say what is to be changed with --body.", 'For example --body "Please give the limit a name."');
  }
  return decision;
}

async function review(
  cli: Cli,
  session: ForgeSession,
  wanted: string,
  { decision, body, author, json }: ReviewOptions & { readonly decision: Decision },
): Promise<void> {
  const { app, project, forge, call } = session;
  if (!forge.capabilities.reviews) throw noReviews(forge.kind);
  const change = await findChange(session, wanted);
  await forge.review(change.id, { author: author ?? personAt(cli), decision, body: body ?? "" }, call);
  await refreshRunning(cli, app, project);
  if (json) return cli.printJson({ version: 1, id: change.id, head_sha: change.headSha, decision });
  const words: Record<Decision, string> = {
    approved: "approved",
    changes_requested: "sent back for changes",
    commented: "commented on",
  };
  cli.print(`Change #${change.id} was ${words[decision]}, at ${change.headSha.slice(0, 10)}.`);
}

function noReviews(kind: string): MaestroError {
  return new MaestroError({
    code: "unsupported_verb",
    message: `The forge "${kind}" has no reviews.`,
    hint: "Merge the change, or move its issue to a merging state.",
  });
}
