import type { Command } from "commander";
import { MaestroError } from "../base/errors.ts";
import type { CommandAnswer, CommandVerb } from "../model/command.ts";
import { personAt } from "./actor.ts";
import type { App, Project, Target } from "./app.ts";
import type { Cli } from "./cli.ts";
import { readerIfAny, using } from "./reading.ts";
import { targetOf, withTarget } from "./target.ts";

interface RequestOptions {
  readonly json?: boolean;
}

/** How long a command waits for the service's answer, milliseconds. */
const ANSWER_WAIT_MS = 5_000;

interface Verb {
  readonly verb: CommandVerb;
  readonly description: string;
  /** Whether it is about one issue. */
  readonly isAboutIssue?: true;
  /** What is said when no service runs, for requests that make no sense later. */
  readonly withoutService?: string;
}

const VERBS: readonly Verb[] = [
  { verb: "pause", description: "start nothing new; what runs goes on" },
  { verb: "resume", description: "start issues again" },
  {
    verb: "drain",
    description: "start nothing new, and end the service after the last run",
    withoutService: "No service runs, so there is nothing to drain.",
  },
  {
    verb: "stop",
    description: "end the service now; what runs is broken off and goes on at the next start",
    withoutService: "No service runs, so there is nothing to stop.",
  },
  { verb: "unpark", description: "let a parked issue go on", isAboutIssue: true },
  { verb: "retry", description: "start an issue again at once instead of waiting", isAboutIssue: true },
];

/** `maestro pause|resume|drain|stop|unpark|retry`: each asks the service for one thing and says what it answered. */
export function addRequests(program: Command, cli: Cli): void {
  for (const verb of VERBS) {
    const command = withTarget(program.command(verb.verb)).description(verb.description);
    if (verb.isAboutIssue) command.argument("<issue>", "identifier or id, e.g. SHOP-3");
    else command.argument("[path]", "the workflow file (default: WORKFLOW.md)");
    command.option("--json", "print a document").addHelpText("after", examples(verb));
    command.action(async (given: string | undefined) => {
      const { json } = command.optsWithGlobals<RequestOptions>();
      const target = targetOf(command, verb.isAboutIssue ? undefined : given);
      await request(cli, target, { verb, issue: verb.isAboutIssue ? (given ?? null) : null, json: json === true });
    });
  }
}

function examples({ verb, isAboutIssue }: Verb): string {
  const word = isAboutIssue ? `${verb} SHOP-3` : verb;
  return `\nExamples:\n  maestro ${word}\n  maestro ${word} --template local/local/mock\n  maestro ${word} --json`;
}

interface Asked {
  readonly verb: Verb;
  readonly issue: string | null;
  readonly json: boolean;
}

async function request(cli: Cli, target: Target, { verb, issue, json }: Asked): Promise<void> {
  const app = await cli.app();
  const project = await app.locate(target);
  if (issue !== null) await requireLane(app, project, issue);
  const isRunning = await app.nudge(project);
  if (!isRunning && verb.withoutService !== undefined) {
    return print(cli, json, { ok: true, code: "not_running", sentence: verb.withoutService });
  }
  const asked = { verb: verb.verb, actor: `cli:${personAt(cli)}`, arguments: issue === null ? {} : { issue } };
  const answer = await app.ask(project, asked, isRunning ? ANSWER_WAIT_MS : 0);
  if (answer === null) return print(cli, json, unanswered(isRunning));
  if (!answer.ok) throw new MaestroError({ code: answer.code, message: answer.sentence });
  print(cli, json, answer);
}

function unanswered(isRunning: boolean): Omit<CommandAnswer, "at"> {
  const sentence = isRunning
    ? "Asked. The service has not answered yet; it will carry it out."
    : "No service runs. The request waits on record; the next start carries it out.";
  return { ok: true, code: "waits", sentence };
}

function print(cli: Cli, json: boolean, { ok, code, sentence }: Omit<CommandAnswer, "at">): void {
  if (json) cli.printJson({ version: 1, ok, code, sentence });
  else cli.print(sentence);
}

/** A request about an issue that nobody works on would wait for ever. Throws `unknown_issue`. */
async function requireLane(app: App, project: Project, issue: string): Promise<void> {
  const reader = await readerIfAny(app, project);
  const lanes = reader === null ? [] : await using(reader, ({ views }) => views.openLanes());
  if (lanes.some((lane) => lane.issue.identifier === issue || lane.issue.id === issue)) return;
  throw new MaestroError({
    code: "unknown_issue",
    message: `No open lane belongs to "${issue}".`,
    hint: "`maestro status` shows the issues that are under way.",
    facts: { issue },
  });
}
