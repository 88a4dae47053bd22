import { messageOf } from "../base/errors.ts";
import { personAt } from "./actor.ts";
import type { App, Project } from "./app.ts";
import type { Cli } from "./cli.ts";

/** Lets a running service look at once. The write has happened, so trouble here is only told. */
export async function refreshRunning(cli: Cli, app: App, project: Project): Promise<void> {
  try {
    if (!(await app.nudge(project))) return;
    await app.ask(project, { verb: "refresh", actor: `cli:${personAt(cli)}`, arguments: {} }, 0);
  } catch (error) {
    cli.note(`note: the service could not be told (${messageOf(error)}); it sees this at its next poll.`);
  }
}
