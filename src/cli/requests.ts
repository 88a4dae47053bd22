import type { Command } from "commander";
import type { CommandVerb } from "../model/command.ts";
import type { Cli } from "./cli.ts";
import { request } from "./request.ts";
import { targetOf, withTarget } from "./target.ts";

interface RequestOptions {
  readonly json?: boolean;
}

interface Verb {
  readonly verb: CommandVerb;
  /** Whether it is about one issue. */
  readonly isAboutIssue?: true;
  readonly withoutService?: string;
}

const VERBS: readonly Verb[] = [
  { verb: "pause" },
  { verb: "resume" },
  { verb: "drain", withoutService: "No service runs, so there is nothing to drain." },
  { verb: "stop", withoutService: "No service runs, so there is nothing to stop." },
  { verb: "unpark", isAboutIssue: true },
  { verb: "retry", isAboutIssue: true },
];

/** `maestro pause|resume|drain|stop|unpark|retry`: each asks the service for one thing and says what it answered. */
export function fillRequest(command: Command, cli: Cli): void {
  const known = VERBS.find(({ verb }) => verb === command.name());
  if (known === undefined) return;
  const { verb, isAboutIssue, withoutService } = known;
  withTarget(command).option("--json", "print a document").addHelpText("after", examples(known));
  command.action(async (given: string | undefined) => {
    const { json = false } = command.optsWithGlobals<RequestOptions>();
    const target = targetOf(command, isAboutIssue ? undefined : given);
    const issue = isAboutIssue ? (given ?? null) : null;
    await request(cli, target, { verb, issue, json, ...(withoutService === undefined ? {} : { withoutService }) });
  });
}

function examples({ verb, isAboutIssue }: Verb): string {
  const word = isAboutIssue ? `${verb} SHOP-3` : verb;
  return `\nExamples:\n  maestro ${word}\n  maestro ${word} --template local/local/mock\n  maestro ${word} --json`;
}
