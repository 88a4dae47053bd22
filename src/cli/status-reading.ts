import { messageOf } from "../base/errors.ts";
import type { RecordViews } from "../contracts/record.ts";
import type { StatusDocument } from "../model/documents/status.ts";
import { accountRows } from "../governance/index.ts";
import { statusDocument } from "../record/index.ts";
import type { App, Project } from "./app.ts";
import { readerIfAny, using } from "./reading.ts";

/** A status with what it was made from. */
export interface StatusFound {
  readonly status: StatusDocument;
  /** `false`: nothing ever ran here. */
  readonly hasRecord: boolean;
}

/** How a project stands, with and without a running service. Throws the workflow's codes where nothing ever ran. */
export async function readStatus(app: App, project: Project, limit: number): Promise<StatusFound> {
  const reader = await readerIfAny(app, project);
  if (reader !== null) {
    return using(reader, async ({ views }) => ({
      status: await statusOf(app, project, { views, limit }),
      hasRecord: true,
    }));
  }
  // Without a record the file is all there is, so a mistake in it is an error.
  await app.workflow(project);
  return { status: await statusOf(app, project, { views: null, limit }), hasRecord: false };
}

async function statusOf(
  app: App,
  project: Project,
  { views, limit }: { readonly views: RecordViews | null; readonly limit: number },
): Promise<StatusDocument> {
  const running = await app.nudge(project);
  const { accounts, pauses } = await using(await app.accounts("look"), async ({ book }) => ({
    accounts: accountRows(book, app.clock.now()),
    pauses: book.pauses(),
  }));
  return statusDocument({
    ...{ accounts, pauses },
    views,
    clock: app.clock,
    workflow: { id: project.id, path: project.workflowPath, ...(await stateOfFile(app, project)) },
    service: { running, pid: running ? await pidOf(views) : null },
    // What candidates wait for is known to the service alone; `--dry-run` decides it anew.
    waiting: [],
    outside: running ? await app.outside(project) : null,
    recentLimit: limit,
  });
}

async function stateOfFile(
  app: App,
  project: Project,
): Promise<Pick<StatusDocument["workflow"], "problem" | "warnings">> {
  try {
    const { warnings = [] } = await app.workflow(project);
    return { problem: null, warnings: warnings.map(({ sentence }) => sentence) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** Whoever answers is the one that started last. */
async function pidOf(views: RecordViews | null): Promise<number | null> {
  const [last] = (await views?.events({ types: ["service_started"], limit: 1, newestFirst: true })) ?? [];
  return last?.event.type === "service_started" ? last.event.data.pid : null;
}
