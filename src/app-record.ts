import { join } from "node:path";
import type { Clock } from "./base/clock.ts";
import { MaestroError } from "./base/errors.ts";
import { newId } from "./base/ids.ts";
import { silentLog } from "./base/log.ts";
import type { Random } from "./base/random.ts";
import type { SecretRegistry } from "./base/redact.ts";
import type { Project, Request, Terminal } from "./cli/app.ts";
import type { CommandAnswer } from "./model/command.ts";
import { exists } from "./base/presence.ts";
import type { PruneReport, VerifyReport } from "./record/index.ts";

/** One project's record, with what is needed to use it from the outside. */
export interface RecordPlace {
  readonly project: Project;
  /** Path of record.db. */
  readonly file: string;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly secrets: SecretRegistry;
}

/** See `App.ask`. */
export async function putRequest(place: RecordPlace, request: Request, waitMs: number): Promise<CommandAnswer | null> {
  const { project, clock, random, terminal } = place;
  await requireRecord(place);
  const { ask } = await import("./orchestrator/commands/index.ts");
  const { nudgeDaemon } = await import("./orchestrator/commands/socket.ts");
  const { openInbox } = await import("./record/index.ts");
  const inbox = await openInbox({ file: place.file });
  try {
    const nudge = () => nudgeDaemon(join(project.stateDirectory, "control.sock"));
    const parts = { inbox, clock, random, nudge };
    return await ask(parts, { workflowId: project.id, ...request }, waitMs, terminal.signal);
  } finally {
    await inbox.close();
  }
}

/** See `App.verify`. */
export async function verifyProject(place: RecordPlace): Promise<VerifyReport> {
  const { openRecordReader, verifyRecord } = await import("./record/index.ts");
  const reader = await openRecordReader({ file: place.file, workflowId: place.project.id });
  try {
    return await verifyRecord(reader);
  } finally {
    await reader.close();
  }
}

/** See `App.exportEvents`. */
export async function exportProject(
  place: RecordPlace,
  { laneId }: { readonly laneId: string | null },
  write: (line: string) => void | Promise<void>,
): Promise<void> {
  const { exportRecord, openRecordReader } = await import("./record/index.ts");
  const reader = await openRecordReader({ file: place.file, workflowId: place.project.id });
  try {
    if (laneId !== null && (await reader.views.lane(laneId)) === undefined) throw unknownLane(laneId);
    await exportRecord(reader, laneId === null ? {} : { laneId }, write);
  } finally {
    await reader.close();
  }
}

/** See `App.prune`. Every writer of the record holds the instance lock. */
export async function pruneProject(
  place: RecordPlace,
  options: { readonly closedBefore: number; readonly dryRun: boolean },
): Promise<PruneReport> {
  const { project, clock, random, secrets } = place;
  await requireRecord(place);
  const { holdInstanceLock } = await import("./engine/index.ts");
  const { openRecord, pruneRecord } = await import("./record/index.ts");
  const instance = newId(random, "instance");
  const lock = await holdInstanceLock(project.stateDirectory, { instance, note: "maestro record prune", clock });
  try {
    const open = await openRecord({ file: place.file, workflowId: project.id, clock, log: silentLog, secrets });
    try {
      return await pruneRecord(open, options);
    } finally {
      await open.close();
    }
  } finally {
    await lock.release();
  }
}

/** Opening a record to write would make a new one where nothing ever ran. */
async function requireRecord({ file, project }: RecordPlace): Promise<void> {
  if (await exists(file)) return;
  throw new MaestroError({
    code: "record_missing",
    message: `Nothing ever ran for ${project.workflowPath}: there is no record yet.`,
    hint: "Start Maestro once; its record is made then.",
    facts: { file },
  });
}

function unknownLane(laneId: string): MaestroError {
  return new MaestroError({
    code: "unknown_lane",
    message: `No lane on record is called "${laneId}".`,
    hint: "`maestro status --json` names the lanes.",
    facts: { lane_id: laneId },
  });
}
