import { accountFacts } from "../accounts/facts.ts";
import { MaestroError } from "../../base/errors.ts";
import type { RecordViews } from "../../contracts/record.ts";
import type { App, Project, Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { readerIfAny, using } from "../reading.ts";
import { table } from "../table.ts";
import type { StartOptions } from "./options.ts";

/** Prints the decisions of the next poll with their reasons. Nothing is written anywhere. May throw the tracker's codes. */
export async function dryRun(cli: Cli, target: Target, options: StartOptions): Promise<void> {
  const app = await cli.app();
  const project = await app.locate(target);
  const rows = (await decide(app, project)).filter(
    ({ issue }) => options.issue === undefined || [issue.id, issue.identifier].includes(options.issue),
  );
  if (rows.length === 0 && options.issue !== undefined) throw notCandidate(options.issue);
  if (options.json) {
    cli.printJson({
      version: 1,
      workflow: { id: project.id, path: project.workflowPath },
      issues: rows.map(({ issue, verdict }) => ({
        issue_id: issue.id,
        issue_identifier: issue.identifier,
        title: issue.title,
        state: issue.state,
        starts: verdict.ok,
        reason: { code: verdict.code, sentence: verdict.sentence },
      })),
    });
    return;
  }
  if (rows.length === 0) cli.print("No issue is in an active state, so nothing would be started.");
  cli.print(
    ...table(
      ["ISSUE", "TITLE", "STATE", "STARTS", "WHY"],
      rows.map(({ issue, verdict }) => [
        issue.identifier,
        issue.title,
        issue.state,
        verdict.ok ? "yes" : "no",
        verdict.sentence,
      ]),
    ),
  );
}

async function decide(app: App, project: Project) {
  const { preview } = await import("../../orchestrator/index.ts");
  const workflow = await app.workflow(project);
  const { clock, terminal } = app;
  return using(await app.tracker(project), async (tracker) => {
    const reader = await readerIfAny(app, project);
    const accounts = await accountFacts(app, workflow);
    const decisions = (views: RecordViews | null) =>
      preview({ workflow, tracker, views, clock, accounts }, terminal.signal);
    return reader === null ? decisions(null) : using(reader, ({ views }) => decisions(views));
  });
}

function notCandidate(wanted: string): MaestroError {
  return new MaestroError({
    code: "issue_not_found",
    message: `No issue "${wanted}" is in an active state.`,
    hint: "`maestro issue show` tells the state of an issue, `maestro issue move` changes it.",
    facts: { issue: wanted },
  });
}
