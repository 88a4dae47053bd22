import { MaestroError } from "../base/errors.ts";
import { nearestOf } from "../base/nearest.ts";
import type { CommandAnswer, CommandVerb } from "../model/command.ts";
import type { Lane } from "../model/lane.ts";
import { personAt } from "./actor.ts";
import type { App, Project, Target } from "./app.ts";
import type { Cli } from "./cli.ts";
import { readerIfAny, using } from "./reading.ts";

/** How long a command waits for the service's answer, milliseconds. */
const ANSWER_WAIT_MS = 5_000;

/** What is asked of the service. */
export interface Asked {
  readonly verb: CommandVerb;
  /** The issue that it is about, as the person named it. */
  readonly issue: string | null;
  /** What the person says with it: why they ask, or their answer. */
  readonly body?: string;
  /** What else it is asked with. */
  readonly more?: Readonly<Record<string, string>>;
  readonly json: boolean;
  /** What is said when no service runs, for requests that make no sense later. */
  readonly withoutService?: string;
}

/** Asks the service for one thing and prints what it answered. Throws what it refused, and `unknown_issue`. */
export async function request(cli: Cli, target: Target, asked: Asked): Promise<void> {
  const { verb, issue, body, more = {}, json, withoutService } = asked;
  const app = await cli.app();
  const project = await app.locate(target);
  if (issue !== null) await requireLane(app, project, issue);
  const isRunning = await app.nudge(project);
  if (!isRunning && withoutService !== undefined) {
    return print(cli, json, { ok: true, code: "not_running", sentence: withoutService });
  }
  const words = { ...(issue === null ? {} : { issue }), ...(body === undefined ? {} : { body }), ...more };
  const row = { verb, actor: `cli:${personAt(cli)}`, arguments: words };
  const answer = await app.ask(project, row, isRunning ? ANSWER_WAIT_MS : 0);
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
async function requireLane(app: App, project: Project, wanted: string): Promise<void> {
  const reader = await readerIfAny(app, project);
  const lanes = reader === null ? [] : await using(reader, ({ views }) => views.openLanes());
  if (lanes.some((lane) => isOf(lane, wanted))) return;
  const nearest = nearestOf(
    wanted,
    lanes.map(({ issue }) => issue.identifier),
  );
  throw new MaestroError({
    code: "unknown_issue",
    message: `No open lane belongs to "${wanted}".`,
    hint:
      nearest === undefined
        ? "`maestro status` shows the issues that are under way."
        : `Did you mean ${nearest}? \`maestro status\` shows the issues that are under way.`,
    facts: { issue: wanted },
  });
}

function isOf({ issue }: Lane, wanted: string): boolean {
  return issue.identifier === wanted || issue.id === wanted;
}
