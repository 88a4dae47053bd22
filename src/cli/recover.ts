import type { Command } from "commander";
import { MaestroError } from "../base/errors.ts";
import type { Leftover } from "../model/documents/recovery.ts";
import { personAt } from "./actor.ts";
import type { App, Project } from "./app.ts";
import type { Cli } from "./cli.ts";
import { EXIT } from "./exit-codes.ts";
import { targetOf, withTarget } from "./target.ts";

/** How long a running service may take to look and mend, milliseconds. */
const ANSWER_WAIT_MS = 600_000;

interface RecoverOptions {
  readonly dryRun?: boolean;
  readonly apply?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro recover                  what was left behind; nothing is changed
  maestro recover --dry-run        the same, with what would be done about each
  maestro recover --apply          mend it; what exists nowhere else is kept first
  maestro recover --json
Ends with 1 when something is left.`;

/** What was found, as service or record tell it. */
interface Told {
  readonly applied: boolean;
  readonly leftovers: readonly Leftover[];
}

/** `maestro recover`. */
export function fillRecover(command: Command, cli: Cli): void {
  withTarget(command)
    .option("--dry-run", "say what would be done about each")
    .option("--apply", "mend it")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined) => {
      const { dryRun = false, apply = false, json = false } = command.optsWithGlobals<RecoverOptions>();
      const app = await cli.app();
      const project = await app.locate(targetOf(command, path));
      const told = await recoverAt(cli, app, project, apply && !dryRun);
      if (json) cli.printJson(told);
      else cli.print(...linesOf(told, dryRun || apply));
      if (told.leftovers.some(({ state }) => state !== "mended")) cli.exitCode = EXIT.failure;
    });
}

/** A running service does it itself; without one the same is done here, under its lock. */
async function recoverAt(cli: Cli, app: App, project: Project, apply: boolean): Promise<Told> {
  if (await app.nudge(project)) {
    const row = { verb: "recover", actor: `cli:${personAt(cli)}`, arguments: { apply: String(apply) } } as const;
    const answer = await app.ask(project, row, ANSWER_WAIT_MS);
    if (answer?.ok !== true) {
      throw new MaestroError({
        code: answer?.code ?? "deadline",
        message: answer?.sentence ?? "The service did not answer.",
      });
    }
    return toldIn(answer.details);
  }
  const options = { port: null, host: null, logsRoot: null, pollIntervalMs: null, issue: null };
  const daemon = await app.service(project, options);
  try {
    return await daemon.recover(apply);
  } finally {
    await daemon.stop("recovered");
  }
}

function toldIn(details: unknown): Told {
  if (isTold(details)) return details;
  throw new MaestroError({
    code: "answer_unreadable",
    message: "The service answered in a form that this version does not know.",
  });
}

function isTold(details: unknown): details is Told {
  return typeof details === "object" && details !== null && "leftovers" in details && Array.isArray(details.leftovers);
}

function linesOf({ leftovers, applied }: Told, withMends: boolean): string[] {
  if (leftovers.length === 0) return ["Nothing was left behind."];
  const lines = leftovers.flatMap((leftover) => [
    `${leftover.kind} ${leftover.name}: ${leftover.sentence}`,
    ...(withMends ? [`  ${endOf(leftover)}`] : []),
  ]);
  return applied ? lines : [...lines, "", "Nothing was changed. `maestro recover --apply` mends it."];
}

function endOf({ state, mend, result }: Leftover): string {
  if (state === "found") return `would be done: ${mend}`;
  if (state === "left") return `left: ${result ?? "nobody knows why"}`;
  return result === null ? "mended" : `mended; kept in ${result}`;
}
