import type { Command } from "commander";
import type { ApprovalsDocument } from "../model/documents/approval.ts";
import { approvalTable } from "./approval-table.ts";
import type { Cli } from "./cli.ts";
import { readerIfAny, using } from "./reading.ts";
import { request } from "./request.ts";
import { targetOf, withTarget } from "./target.ts";

interface Options {
  readonly reason?: string;
  readonly json?: boolean;
}

const LIST_EXAMPLES = `
Examples:
  maestro approvals
  maestro approvals --json
  maestro approve SHOP-3.1
  maestro deny SHOP-3.1 --reason "Not before the release."

A request whose time is over counts as denied, unless approvals.on_expiry says otherwise.`;

/** `maestro approvals`. */
export function fillApprovals(approvals: Command, cli: Cli): void {
  withTarget(approvals)
    .option("--json", "print a document")
    .addHelpText("after", LIST_EXAMPLES)
    .action(async (path: string | undefined, _options: Options, command: Command) => {
      const app = await cli.app();
      const project = await app.locate(targetOf(command, path));
      const { approvalRows } = await import("../record/index.ts");
      const reader = await readerIfAny(app, project);
      const lanes = reader === null ? [] : await using(reader, ({ views }) => views.openLanes());
      const document: ApprovalsDocument = { version: 1, approvals: approvalRows(lanes) };
      if (command.optsWithGlobals<Options>().json) cli.printJson(document);
      else if (document.approvals.length === 0) cli.print("Nothing is asked of you.");
      else cli.print(...approvalTable(document.approvals, app.clock.now()));
    });
}

/** `maestro approve` and `maestro deny`. */
export function fillAnswer(answer: Command, cli: Cli): void {
  const isYes = answer.name() === "approve";
  const why = isYes ? "" : ' --reason "Not before the release."';
  withTarget(answer)
    .option("--reason <text>", isYes ? "why; for an agent's question the answer" : "why; needed, and kept on record")
    .option("--json", "print a document")
    .addHelpText(
      "after",
      `\nExamples:\n  maestro ${answer.name()} SHOP-3.1${why}\n  maestro ${answer.name()} SHOP-3.1${why} --json`,
    )
    .action(async (id: string, _options: Options, command: Command) => {
      const { reason = "", json = false } = command.optsWithGlobals<Options>();
      await request(cli, targetOf(command), {
        ...{ verb: isYes ? "approve_request" : "deny_request", issue: null, body: reason, more: { request: id }, json },
      });
    });
}
