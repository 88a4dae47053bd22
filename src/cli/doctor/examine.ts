import { isMaestroError, type MaestroError, toMaestroError } from "../../base/errors.ts";
import type { Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { exitCodeOf } from "../exit-codes.ts";
import { type Line, type Tone, toned } from "../line.ts";
import { hintFor } from "../next-command.ts";
import type { Check, CheckStatus, DoctorPlace, Section } from "./check.ts";
import { SECTIONS } from "./sections.ts";

/** Checks everything and prints it, section by section. The first failure decides what the command ends with. */
export async function examine(cli: Cli, target: Target, json: boolean): Promise<void> {
  const place = await placeOf(cli, target);
  const found: { readonly section: Section; readonly checks: readonly Check[] }[] = [];
  for (const section of SECTIONS) {
    const checks = (await section.checks(place)).map((check) => spelt(cli, check));
    if (checks.length === 0) continue;
    found.push({ section, checks });
    if (!json) cli.print([toned("title", section.title)], ...checks.flatMap(linesOf), "");
  }
  const all = found.flatMap(({ checks }) => checks);
  const first = all.find(({ status }) => status === "fail");
  if (first !== undefined) cli.exitCode = exitCodeOf(first.code ?? "");
  if (json) {
    const sections = found.map(({ section: { id, title }, checks }) => ({ id, title, checks }));
    cli.printJson({ version: 1, ok: first === undefined, counts: countOf(all), sections });
  } else {
    cli.print(verdict(all));
  }
}

async function placeOf(cli: Cli, target: Target): Promise<DoctorPlace> {
  const app = await cli.app();
  const project = await orError(() => app.locate(target));
  const workflow = isMaestroError(project) ? project : await orError(() => app.workflow(project));
  return { app, project, workflow, signal: cli.terminal.signal };
}

/** A wrong command line is no finding. */
async function orError<T>(work: () => Promise<T>): Promise<T | MaestroError> {
  try {
    return await work();
  } catch (thrown) {
    const error = toMaestroError(thrown);
    if (["usage", "aborted", "unknown_template"].includes(error.code)) throw error;
    return error;
  }
}

/** Commands in it are about the same workflow as this one. */
function spelt(cli: Cli, check: Check): Check {
  const { summary, mend } = check;
  return { ...check, summary: hintFor(cli, summary), mend: mend === null ? null : hintFor(cli, mend) };
}

const TONES: Record<CheckStatus, Tone> = { ok: "good", warn: "warning", fail: "bad" };

function linesOf({ status, summary, mend }: Check): Line[] {
  const [first = "", ...more] = summary.split("\n");
  return [
    ["  ", toned(TONES[status], status.padEnd(4)), `  ${first}`],
    ...more.map((line) => `        ${line}`),
    ...(mend === null ? [] : [`        mend: ${mend}`]),
  ];
}

function countOf(all: readonly Check[]): Record<CheckStatus, number> {
  const many = (wanted: CheckStatus) => all.filter(({ status }) => status === wanted).length;
  return { ok: many("ok"), warn: many("warn"), fail: many("fail") };
}

function verdict(all: readonly Check[]): Line {
  const { ok, warn, fail } = countOf(all);
  if (fail > 0) return [toned("bad", `${fail} of ${all.length} checks failed.`)];
  const words = warn === 0 ? "" : `, ${warn} of them with a warning`;
  return [toned("good", `All ${ok + warn} checks passed`), `${words}.`];
}
