import type { Command } from "commander";
import { MaestroError } from "../../base/errors.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { Tracker, TrackerCapabilities } from "../../contracts/tracker.ts";
import type { App, Project, Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { using } from "../reading.ts";
import { targetOf } from "../target.ts";

/** One command's use of a tracker. */
export interface TrackerSession {
  readonly app: App;
  readonly project: Project;
  readonly target: Target;
  readonly tracker: Tracker;
  readonly call: CallOptions;
}

/** Opens the tracker of a command's workflow, uses it and closes it. Throws the workflow's and the tracker's codes. */
export async function withTracker<R>(
  cli: Cli,
  command: Command,
  work: (session: TrackerSession) => Promise<R>,
): Promise<R> {
  const target = targetOf(command);
  const app = await cli.app();
  const project = await app.locate(target);
  const call = { signal: cli.terminal.signal };
  return using(await app.tracker(project), (tracker) => work({ app, project, target, tracker, call }));
}

/** Throws `unsupported_verb` when the tracker cannot do it. */
export function requireVerb({ tracker }: TrackerSession, verb: keyof TrackerCapabilities): void {
  if (tracker.capabilities[verb]) return;
  throw new MaestroError({
    code: "unsupported_verb",
    message: `The tracker "${tracker.kind}" cannot do this (${verb}).`,
    hint: "Do it in the tracker itself.",
  });
}
