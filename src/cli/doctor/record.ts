import { isMaestroError, toMaestroError } from "../../base/errors.ts";
import type { Project } from "../app.ts";
import { readerIfAny, using } from "../reading.ts";
import { attempt, type Check, type DoctorPlace, fail, failed, ok, type Section, warn } from "./check.ts";

/** A record with more events is not rebuilt here: that takes longer than a person wants to wait. */
const MOST_EVENTS = 20_000;

/** What is on record: readable, and as its events say. */
export const record: Section = {
  id: "record",
  title: "The record",
  checks: async ({ app, project }) => {
    if (isMaestroError(project)) return [];
    try {
      return await checkRecord(app, project);
    } catch (error) {
      if (toMaestroError(error).code === "aborted") throw error;
      return [failed("readable", error)];
    }
  },
};

async function checkRecord(app: DoctorPlace["app"], project: Project): Promise<Check[]> {
  const reader = await readerIfAny(app, project);
  if (reader === null) return [ok("readable", "nothing ever ran here; the first start makes it")];
  const { events, commands } = await using(reader, async ({ views }) => ({
    events: await views.lastSeq(),
    commands: await views.openCommands(),
  }));
  const waiting =
    commands.length === 0
      ? []
      : [
          warn(
            "commands",
            `requests that no service has answered yet: ${commands.map(({ verb }) => verb).join(", ")}`,
            "A service carries them out when it runs.",
          ),
        ];
  if (events <= MOST_EVENTS) return [await checkWhole(app, project), ...waiting];
  return [ok("readable", `it can be read; \`maestro record verify\` rebuilds its ${events} events`), ...waiting];
}

async function checkWhole(app: DoctorPlace["app"], project: Project): Promise<Check> {
  const mend = "`maestro record verify` tells all of it; restore a copy of record.db with its -wal file.";
  let difference: string | undefined;
  const read = await attempt("whole", async () => {
    const { events, differences } = await app.verify(project);
    difference = differences[0];
    return `${events} events, and everything that is derived from them agrees`;
  });
  return difference === undefined ? read : fail("whole", "record_corrupt", difference, mend);
}
