import { createServer } from "node:net";
import { join } from "node:path";
import { readFileLockOwner } from "../../base/file-lock.ts";
import { isMaestroError, systemCode } from "../../base/errors.ts";
import { exists } from "../../base/presence.ts";
import { processStartMarker } from "../../base/process-probe.ts";
import type { Workflow } from "../../model/workflow.ts";
import type { Project } from "../app.ts";
import { type Check, fail, ok, type Section, warn } from "./check.ts";

/** Whether a service runs, and what would keep one from starting. */
export const service: Section = {
  id: "service",
  title: "The service",
  checks: async (place) => {
    const { app, project, workflow } = place;
    if (isMaestroError(project)) return [];
    const isRunning = await app.nudge(project);
    return [
      ...(await checkInstance(project, isRunning)),
      ...(isMaestroError(workflow) ? [] : await checkPort(workflow, isRunning)),
    ];
  },
};

async function checkInstance({ stateDirectory }: Project, isRunning: boolean): Promise<Check[]> {
  const owner = await readFileLockOwner(join(stateDirectory, "instance"));
  const since = owner === undefined ? "" : `, since ${new Date(owner.startedAt).toISOString()}`;
  if (isRunning) return [ok("instance", `it runs: process ${owner?.pid ?? "unknown"}${since}`)];
  const isAlive = owner !== undefined && (await processStartMarker(owner.pid)) !== undefined;
  if (isAlive) {
    const mend = `Wait a moment; when it stays like this, end it with: kill ${owner.pid}`;
    return [warn("instance", `process ${owner.pid} holds it${since}, but does not answer`, mend)];
  }
  const last = `the last one (process ${owner?.pid}${since}) was killed`;
  const left = owner === undefined ? "" : `; ${last}, its work goes on at the next start`;
  const checks = [ok("instance", `none runs${left}`)];
  if (!(await exists(join(stateDirectory, "control.sock")))) return checks;
  const mend = "Nothing is to be done: the next start takes its place.";
  return [...checks, warn("control_socket", "a killed service left its control socket behind", mend)];
}

async function checkPort({ server }: Workflow, isRunning: boolean): Promise<Check[]> {
  const { port, host } = server;
  if (port === null || port === 0) return [];
  const error = await listenError(port, host);
  if (error === null) {
    return isRunning
      ? [warn("port", `port ${port} is not served`, "The service was started with another --port.")]
      : [ok("port", `port ${port} is free`)];
  }
  if (isRunning && error === "EADDRINUSE") return [ok("port", `port ${port} is in use, the service serves it`)];
  const mend = "End who uses it, or give another one with --port or server.port.";
  return [fail("port", "port_in_use", `port ${port} on ${host} cannot be had (${error})`, mend)];
}

function listenError(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(systemCode(error) ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
