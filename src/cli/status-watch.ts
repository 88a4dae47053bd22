import { isMaestroError } from "../base/errors.ts";
import { stableJson } from "../base/json.ts";
import type { StatusDocument } from "../model/documents/status.ts";
import type { App, Project, TerminalScreen } from "./app.ts";
import type { Cli } from "./cli.ts";
import { EXIT } from "./exit-codes.ts";
import { cutLine, type Line, lineText, toned } from "./line.ts";
import { readStatus } from "./status-reading.ts";
import { statusLines } from "./status-text.ts";

/** A status that is followed. */
export interface Watching {
  readonly app: App;
  readonly project: Project;
  readonly limit: number;
  readonly json: boolean;
  readonly intervalMs: number;
}

/**
 * Shows the status again and again until the terminal asks for the end: on a terminal drawn in place, elsewhere (and with `json`) once for
 * each change. Throws what reading the status throws.
 */
export async function watchStatus(cli: Cli, watching: Watching): Promise<void> {
  const { screen } = cli.terminal;
  if (screen !== undefined && !watching.json) await draw(cli, watching, screen);
  else await tellChanges(cli, watching);
  cli.exitCode = EXIT.interrupted;
}

async function tellChanges(cli: Cli, { app, project, limit, json, intervalMs }: Watching): Promise<void> {
  let told: string | null = null;
  while (!cli.terminal.signal.aborted) {
    const { status } = await readStatus(app, project, limit);
    const text = lasting(status);
    if (text !== told && json) cli.terminal.out(`${lineText(JSON.stringify(status), false)}\n`);
    else if (text !== told) cli.print(...(told === null ? [] : [""]), ...statusLines(status, app.clock.now()));
    told = text;
    await pause(app, intervalMs, cli.terminal.signal);
  }
}

/** What time alone changes is no change. */
function lasting({ generated_at, codex_totals, running, ...rest }: StatusDocument): string {
  const { seconds_running, ...totals } = codex_totals;
  return stableJson({ ...rest, totals, running: running.map(({ idle_seconds, ...row }) => row) });
}

async function draw(cli: Cli, watching: Watching, screen: TerminalScreen): Promise<void> {
  const { app, project, limit, intervalMs } = watching;
  const { signal } = cli.terminal;
  // Read once before the page is turned: what cannot be read at all is told as by every other command.
  let { status } = await readStatus(app, project, limit);
  const show = (): void => cli.terminal.out(page(cli, watching, screen, status));
  const leave = screen.enter();
  const unsubscribe = screen.onResize(show);
  try {
    while (!signal.aborted) {
      show();
      await pause(app, intervalMs, signal);
      if (!signal.aborted) ({ status } = await readStatus(app, project, limit));
    }
  } finally {
    unsubscribe();
    leave();
  }
}

const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

/** One page: every line cut to the width, and no more lines than there are. */
function page(cli: Cli, { app, intervalMs }: Watching, screen: TerminalScreen, status: StatusDocument): string {
  const { columns, rows } = screen.size();
  const title = toned("faint", `every ${intervalMs / 1_000} s, ${status.generated_at}, Ctrl+C ends`);
  const lines: Line[] = [[title], ...statusLines(status, app.clock.now())];
  const hidden = lines.length - rows;
  const shown = hidden <= 0 ? lines : [...lines.slice(0, rows - 1), `… ${hidden + 1} more lines`];
  const text = shown.map((line) => lineText(cutLine(line, columns), cli.hasColour) + CLEAR_LINE).join("\n");
  return `${HOME}${text}${CLEAR_BELOW}`;
}

async function pause(app: App, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await app.clock.sleep(ms, signal);
  } catch (error) {
    // The end that was asked for.
    if (!isMaestroError(error) || error.code !== "aborted") throw error;
  }
}
