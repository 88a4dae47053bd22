import { realpath } from "node:fs/promises";
import type { Command } from "commander";
import { type LockPlace, type MarketplacePlace, projectLock, userLock } from "../../marketplace/index.ts";
import type { Cli } from "../cli.ts";

/** Whose plugins and skills a command is about. */
export interface ScopeOptions {
  readonly user?: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** Where commands about plugins and skills work: the project in the current folder, and this user's Maestro. */
export interface Shelf {
  readonly place: MarketplacePlace;
  readonly lock: LockPlace;
  readonly project: LockPlace;
  readonly user: LockPlace;
  /** Real path of the current folder. */
  readonly directory: string;
}

/** Adds what all commands that write share. */
export function withScope(command: Command): Command {
  return command
    .option("--user", "for all projects of this user instead of the one in this folder")
    .option("--dry-run", "only say what would happen")
    .option("--json", "print a document");
}

/** The shelf for these options. */
export async function shelfOf(cli: Cli, options: ScopeOptions): Promise<Shelf> {
  const app = await cli.app();
  const directory = await realpath(cli.terminal.cwd);
  const place = { home: app.home, cwd: directory, clock: app.clock, signal: cli.terminal.signal };
  const project = projectLock(directory, app.home, app.clock);
  const user = userLock(app.home, app.clock);
  return { place, lock: options.user === true ? user : project, project, user, directory };
}

/** What help shows behind a command's options. */
export function examples(...lines: readonly string[]): string {
  return ["\nExamples:", ...lines.map((line) => `  ${line}`)].join("\n");
}

/** What a change came to: a sentence, or a document with the same facts. */
export function printChange(
  cli: Cli,
  { json }: ScopeOptions,
  facts: Readonly<Record<string, unknown>>,
  sentence: string,
): void {
  if (json === true) cli.printJson({ version: 1, ...facts });
  else cli.print(sentence);
}
