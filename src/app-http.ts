import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "./base/atomic-file.ts";
import { packagePath } from "./base/package-path.ts";
import type { Scope } from "./base/scope.ts";
import type { DaemonParts } from "./app-daemon-parts.ts";
import { changeReading } from "./app-http-changes.ts";
import { healthOf } from "./app-http-health.ts";
import { readingOf } from "./app-http-reading.ts";
import type { HttpSources } from "./app-http-sources.ts";
import type { Asking, HttpServer } from "./http/index.ts";
import { API_TOKENS, readApiTokens } from "./governance/index.ts";
import type { Workflow } from "./model/workflow.ts";
import { HookDesk } from "./orchestrator/index.ts";
import { awaitAnswer, putQuestion } from "./orchestrator/commands/index.ts";

/** Opens page and API when a port was asked for; `null` otherwise. Throws `port_in_use`, `http_failed`. */
export async function openHttp(parts: DaemonParts, sources: HttpSources, scope: Scope): Promise<HttpServer | null> {
  const { options, clock, random, log, secrets, project } = parts;
  const { open, orchestrator } = sources;
  const { server }: Workflow = sources.workflows.current();
  const port = options.port ?? server.port;
  if (port === null) return null;
  const { startHttp } = await import("./http/index.ts");
  const reading = await readingOf(parts, sources, scope);
  const http = await startHttp({
    ...{ port, host: options.host ?? server.host, name: project.id, clock, random, log, secrets },
    tokens: () => readApiTokens(join(project.stateDirectory, API_TOKENS)),
    reading,
    asking: askingOf(parts, sources),
    changes: changeReading(sources.forge),
    hooks: new HookDesk(sources.outside, () => orchestrator.news()),
    health: healthOf(parts, {
      ...sources,
      record: open.record,
      polls: () => orchestrator.polls.facts(),
      intervalMs: () => orchestrator.outside().polling.interval_ms,
    }),
    assets: packagePath("dist/dashboard"),
    openApi: packagePath("docs/schema/openapi.json"),
  });
  scope.use("http", http, (server) => server.close());
  await keepWhileServed(join(project.stateDirectory, "http-token"), http.bearer, scope);
  await keepWhileServed(join(project.stateDirectory, "http-address"), http.url, scope);
  return http;
}

/** For programs of the same person, such as `maestro open`. */
async function keepWhileServed(file: string, text: string, scope: Scope): Promise<void> {
  await writeFileAtomic(file, `${text}\n`, { mode: 0o600 });
  scope.defer(file, () => rm(file, { force: true }));
}

function askingOf(parts: DaemonParts, { open, orchestrator }: HttpSources): Asking {
  const { clock, random, project } = parts;
  const nudge = async (): Promise<boolean> => {
    orchestrator.nudge();
    return true;
  };
  const asking = { inbox: open.inbox, clock, random, nudge };
  return {
    ask: async (question) => (await putQuestion(asking, { workflowId: project.id, ...question })).id,
    answer: (id, waitMs, signal) => awaitAnswer(asking, id, waitMs, signal),
    command: async (id) => {
      const command = await open.record.views.command(id);
      if (command === undefined) return undefined;
      const { verb, actor, askedAt, answer } = command;
      const at = (ms: number): string => new Date(ms).toISOString();
      return {
        ...{ version: 1, id, verb, actor },
        asked_at: at(askedAt),
        answer: answer === null ? null : { ...answer, at: at(answer.at) },
      };
    },
  };
}
