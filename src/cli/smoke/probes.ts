import type { Clock } from "../../base/clock.ts";
import { withDeadline } from "../../base/abort.ts";
import { type ErrorDocument, MaestroError, toMaestroError } from "../../base/errors.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { type Line, toned } from "../line.ts";
import { problemDocument } from "../problem.ts";

/** One thing that was tried. */
export interface ProbeResult {
  readonly id: string;
  readonly ok: boolean;
  readonly duration_ms: number;
  /** What was seen; of a failed one, what went wrong. */
  readonly summary: string;
  readonly error: ErrorDocument | null;
}

/** What is tried, and what its success says in one sentence. */
export type Probe = <T>(id: string, work: (signal: AbortSignal) => Promise<readonly [T, string]>) => Promise<T>;

/** How a smoke is run. */
export interface Smoke {
  /** `tracker`, `forge`, `agent`. */
  readonly name: string;
  /** Longest time of one probe, milliseconds. */
  readonly limitMs: number;
  readonly json: boolean;
}

/**
 * Tries one thing after the other and prints how each went; the first one that fails ends it, and the command ends with 1. Throws
 * `aborted` when the terminal asked for the end.
 */
export async function runSmoke(cli: Cli, smoke: Smoke, body: (probe: Probe) => Promise<void>): Promise<void> {
  const { clock } = await cli.app();
  const probes: ProbeResult[] = [];
  const begun = clock.monotonic();
  const note = (result: ProbeResult): void => {
    probes.push(result);
    if (!smoke.json) cli.print(...linesOf(result));
  };
  try {
    await body(proberOf(cli, clock, smoke, note));
  } catch (error) {
    // What a probe found is told already.
    if (!(error instanceof ProbeFailed)) throw error;
    if (error.cause instanceof MaestroError && error.cause.code === "aborted") throw error.cause;
  }
  finish(cli, smoke, probes, Math.round(clock.monotonic() - begun));
}

/** Ends a smoke whose failure is on its list. */
class ProbeFailed extends Error {}

function proberOf(cli: Cli, clock: Clock, { limitMs }: Smoke, note: (result: ProbeResult) => void): Probe {
  return async (id, work) => {
    const begun = clock.monotonic();
    const result = (ok: boolean, summary: string, error: ErrorDocument | null): ProbeResult => ({
      ...{ id, ok, duration_ms: Math.round(clock.monotonic() - begun), summary, error },
    });
    try {
      const [value, summary] = await withDeadline(clock, limitMs, cli.terminal.signal, work);
      note(result(true, summary, null));
      return value;
    } catch (thrown) {
      const error = toMaestroError(thrown);
      note(result(false, error.message, problemDocument(cli, error)));
      throw new ProbeFailed(id, { cause: error });
    }
  };
}

function finish(cli: Cli, { name, json }: Smoke, probes: readonly ProbeResult[], ms: number): void {
  const passed = probes.filter(({ ok }) => ok).length;
  const failed = probes.length - passed;
  if (failed > 0) cli.exitCode = EXIT.failure;
  const counts = { probe_count: probes.length, passed_count: passed, failed_count: failed };
  if (json) cli.printJson({ version: 1, smoke: name, ok: failed === 0, duration_ms: ms, ...counts, probes });
  else if (failed === 0) cli.print("", [toned("good", `All ${passed} probes passed`), ` in ${ms} ms.`]);
  else cli.print("", [toned("bad", "A probe failed"), `; ${passed} passed before it, in ${ms} ms.`]);
}

function linesOf({ id, ok, duration_ms: ms, summary, error }: ProbeResult): Line[] {
  const mark = ok ? toned("good", "ok  ") : toned("bad", "FAIL");
  const hint = error?.hint === undefined ? [] : [`      hint: ${error.hint}`];
  return [[mark, `  ${id.padEnd(12)}  ${summary} `, toned("faint", `(${ms} ms)`)], ...hint];
}
