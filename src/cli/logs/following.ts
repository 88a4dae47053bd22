import { throwIfAborted } from "../../base/abort.ts";
import { isMaestroError, MaestroError } from "../../base/errors.ts";
import type { RecordViews } from "../../contracts/record.ts";
import { isOpen, type Lane } from "../../model/lane.ts";
import type { App, Project, Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { findNamed, unknownIssue } from "../find-run.ts";
import { readerIfAny, using } from "../reading.ts";
import { LogLines, type Shown } from "./log-lines.ts";

/** How often a followed run is looked at, milliseconds. */
const LOOK_MS = 300;
/** Looks without anything new after which a transcript of an ended run has no more to come: nobody packed it. */
const LAST_LOOKS = 10;

/** Prints a run's transcript, and with `follow` goes on. Throws `unknown_issue`, `run_not_found`, `transcript_missing`. */
export async function printLogs(
  cli: Cli,
  target: Target,
  wanted: string,
  options: Shown & { readonly follow: boolean },
): Promise<void> {
  const app = await cli.app();
  const project = await app.locate(target);
  const reader = await readerIfAny(app, project);
  if (reader === null) throw await unknownIssue(null, wanted);
  await using(reader, async ({ views }) => {
    const named = await findNamed(views, wanted);
    const [laneId, run] =
      named.kind === "run" ? [named.run.lane_id, named.run.run] : [named.lane.id, named.lane.lastRun];
    const lines = new LogLines(cli, options);
    if (options.follow) return new Following(cli, app, project, views, lines).from(laneId, run);
    if (run === 0) throw noRun(wanted);
    for await (const line of app.transcript(project, { laneId, number: run })) {
      throwIfAborted(cli.terminal.signal);
      lines.take(`${laneId}/${run}`, line);
    }
    lines.end();
  });
}

function noRun(wanted: string): MaestroError {
  return new MaestroError({
    code: "run_not_found",
    message: `${wanted} had no run yet.`,
    hint: "`maestro explain` with the issue tells why; `maestro logs -f` waits for its first run.",
  });
}

/** Follows a lane from one of its runs on. */
class Following {
  readonly #cli: Cli;
  readonly #app: App;
  readonly #project: Project;
  readonly #views: RecordViews;
  readonly #lines: LogLines;

  constructor(cli: Cli, app: App, project: Project, views: RecordViews, lines: LogLines) {
    this.#cli = cli;
    this.#app = app;
    this.#project = project;
    this.#views = views;
    this.#lines = lines;
  }

  /** Goes on until the lane is closed or the terminal asks for the end. */
  async from(laneId: string, first: number): Promise<void> {
    if (!(await this.#app.nudge(this.#project))) this.#cli.note("No service runs: nothing new comes before one does.");
    for (let number = Math.max(1, first); ; number += 1) {
      const lane = await this.#untilRun(laneId, number);
      if (lane === null) return;
      if (number > first) this.#cli.note(`Run ${number} of ${lane.issue.identifier} begins.`);
      await this.#print(laneId, number);
      this.#lines.flush();
    }
  }

  /** The lane as soon as it has this run; `null` when it gets no more, or the end was asked for. */
  async #untilRun(laneId: string, number: number): Promise<Lane | null> {
    for (;;) {
      const lane = await this.#views.lane(laneId);
      if (lane === undefined || this.#hasEnded()) return null;
      if (lane.lastRun >= number) return lane;
      this.#lines.flush();
      if (!isOpen(lane)) {
        this.#cli.note(`${lane.issue.identifier} has ended: ${lane.reason.sentence}`);
        return null;
      }
      if (!(await this.#pause())) return null;
    }
  }

  /** A run that was queued or broken off early has no transcript (yet). */
  async #print(laneId: string, number: number): Promise<void> {
    for (;;) {
      try {
        return await this.#printTranscript(laneId, number);
      } catch (error) {
        if (!isMaestroError(error) || error.code !== "transcript_missing") throw error;
      }
      const run = await this.#views.run(laneId, number);
      const lane = await this.#views.lane(laneId);
      const isOver = run !== undefined && run.outcome !== null;
      if (isOver || lane === undefined || lane.lastRun > number || !(await this.#pause())) return;
    }
  }

  async #printTranscript(laneId: string, number: number): Promise<void> {
    let quiet = 0;
    const wait = async (): Promise<boolean> => {
      this.#lines.flush();
      quiet += 1;
      const isOver = (await this.#views.run(laneId, number))?.outcome !== null;
      return !(isOver && quiet > LAST_LOOKS) && this.#pause();
    };
    for await (const line of this.#app.followTranscript(this.#project, { laneId, number }, wait)) {
      quiet = 0;
      if (this.#hasEnded()) break;
      this.#lines.take(`${laneId}/${number}`, line);
    }
  }

  /** Whether the terminal has asked for the end. */
  #hasEnded(): boolean {
    const { aborted } = this.#cli.terminal.signal;
    if (aborted) this.#cli.exitCode = EXIT.interrupted;
    return aborted;
  }

  /** `false` when the terminal asks for the end. */
  async #pause(): Promise<boolean> {
    const { signal } = this.#cli.terminal;
    try {
      await this.#app.clock.sleep(LOOK_MS, signal);
      return true;
    } catch (error) {
      // The end that was asked for.
      if (this.#hasEnded()) return false;
      throw error;
    }
  }
}
