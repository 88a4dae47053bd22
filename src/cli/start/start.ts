import { resolve } from "node:path";
import { throwIfAborted } from "../../base/abort.ts";
import type { MaestroError } from "../../base/errors.ts";
import type { Lane } from "../../model/lane.ts";
import type { App, Daemon, Project, Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { EventLines } from "../event-lines.ts";
import { findIssue } from "../issue/find-issue.ts";
import { plainText } from "../plain-text.ts";
import { readerIfAny, using } from "../reading.ts";
import { commandLine } from "../next-command.ts";
import { dryRun } from "./dry-run.ts";
import { reportOnce } from "./once.ts";
import { checkGuardrails, checkOptions, type StartOptions } from "./options.ts";
import { needsApproval, startReport } from "./report.ts";

/**
 * Starts a service in the foreground: until it ends by itself or the terminal asks for its end, or with `once` for one poll. Nothing is
 * opened before workflow and issue are known to be sound. Throws what starting throws.
 */
export async function start(cli: Cli, target: Target, options: StartOptions): Promise<void> {
  checkOptions(options);
  if (options.dryRun) return dryRun(cli, target, options);
  const app = await cli.app();
  const project = await app.locate(target);
  checkGuardrails(await app.workflow(project), options);
  if (options.issue !== undefined) await requireIssue(app, project, options.issue);
  const printing = new Printing(cli, target, options.json === true);
  const service = await app.service(project, {
    port: options.port ?? null,
    host: options.host ?? null,
    logsRoot: options.logsRoot === undefined ? null : resolve(cli.terminal.cwd, options.logsRoot),
    verbose: options.verbose === true,
    pollIntervalMs: options.pollIntervalS ?? null,
    issue: options.issue ?? null,
    onEvent: (event) => printing.event(event),
    // One poll ends with it, and is told of it then.
    ...(options.once ? {} : { onTrouble: (trouble) => tellTrouble(cli, trouble) }),
  });
  try {
    await printing.begin(app, project, service);
    if (options.once) await runOnce(cli, service, options.json === true);
    else await runOn(cli, service);
  } catch (error) {
    // What ended the service is told, not what its end could not do any more because of that.
    await service.stop("failed").catch(() => undefined);
    throw error;
  }
  await service.stop("stopped");
}

function tellTrouble(cli: Cli, trouble: MaestroError | null): void {
  const text =
    trouble === null
      ? "There is space again: work goes on."
      : `${trouble.message} Nothing new is started.\nhint: ${trouble.hint ?? "Free space."} Work then goes on by itself.`;
  cli.terminal.error(`maestro: ${plainText(text)}\n`);
}

async function requireIssue(app: App, project: Project, wanted: string): Promise<void> {
  await using(await app.tracker(project), (tracker) => findIssue(tracker, wanted, { signal: app.terminal.signal }));
}

/** Ends with `aborted` when the terminal asks for the end before the work is done. */
async function runOnce(cli: Cli, service: Daemon, json: boolean): Promise<void> {
  const { signal } = cli.terminal;
  throwIfAborted(signal);
  const stop = (): void => {
    // The caller stops it too, and is told of a failure then.
    service.stop("interrupted").catch(() => undefined);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    reportOnce(cli, await service.runOnce(), { json, wasInterrupted: signal.aborted });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function runOn(cli: Cli, service: Daemon): Promise<void> {
  if (!cli.terminal.signal.aborted) await service.start();
  const reason = await Promise.race([service.ended.then((ending) => ending.reason), asked(cli.terminal.signal)]);
  cli.print(`Stopping (${reason}). Agents that run are ended; they go on at the next start.`);
  await service.stop(reason);
  cli.print("Stopped.");
}

function asked(signal: AbortSignal): Promise<string> {
  return new Promise((answer) => {
    const settle = (): void => answer(String(signal.reason));
    if (signal.aborted) settle();
    else signal.addEventListener("abort", settle, { once: true });
  });
}

/** What a service prints while it runs. Quiet when a document is asked for. */
class Printing {
  readonly #cli: Cli;
  readonly #target: Target;
  readonly #quiet: boolean;
  #lines: EventLines | null = null;

  constructor(cli: Cli, target: Target, quiet: boolean) {
    this.#cli = cli;
    this.#target = target;
    this.#quiet = quiet;
  }

  async begin(app: App, project: Project, service: Daemon): Promise<void> {
    if (this.#quiet) return;
    this.#cli.print(...startReport(this.#cli, this.#target, project, service));
    const command = (...words: readonly string[]) => commandLine(this.#cli, this.#target, ...words);
    this.#lines = new EventLines({
      needsApproval: (issue) => needsApproval(service.workflow, issue),
      approve: (changeId) => command("change", "review", changeId, "--approve"),
      unpark: (identifier) => command("unpark", identifier),
    });
    this.#lines.know(await lanesOnRecord(app, project));
  }

  event(event: Parameters<EventLines["line"]>[0]): void {
    const line = this.#lines?.line(event) ?? null;
    if (line !== null) this.#cli.print(line);
  }
}

/** Lanes of earlier times, so that their lines have names. */
async function lanesOnRecord(app: App, project: Project): Promise<readonly Lane[]> {
  const reader = await readerIfAny(app, project);
  return reader === null ? [] : using(reader, ({ views }) => views.openLanes());
}
