import { hostname } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { Log } from "./base/log.ts";
import { makeFolder } from "./base/folder.ts";
import { newId, shortHash } from "./base/ids.ts";
import { isMaestroError, toMaestroError } from "./base/errors.ts";
import { stableJson } from "./base/json.ts";
import { RateLimiters } from "./base/rate-limiter.ts";
import { Scope } from "./base/scope.ts";
import { openServiceAccounts, readReference } from "./app-accounts.ts";
import { OutsideAdapters } from "./app-adapters.ts";
import { oneIssueOnly } from "./app-one-issue.ts";
import { recoveryOf } from "./app-recovery.ts";
import { sandboxWords } from "./runs/index.ts";
import { workerOf } from "./app-worker.ts";
import type { DaemonParts } from "./app-daemon-parts.ts";
import { EventLog } from "./app-event-log.ts";
import { Hints } from "./app-hints.ts";
import { openHttp } from "./app-http.ts";
import type { HttpSources } from "./app-http-sources.ts";
import type { Daemon } from "./cli/app.ts";
import type { HttpServer } from "./http/index.ts";
import type { OutsideDocument } from "./model/documents/outside.ts";
import type { Lease } from "./model/work.ts";
import type { Workflow } from "./model/workflow.ts";
import { createEmbeddedEngine, holdInstanceLock } from "./engine/index.ts";
import { Orchestrator, OutsideFile } from "./orchestrator/index.ts";
import { openControlSocket } from "./orchestrator/commands/socket.ts";
import { createTranscripts, type OpenRecord, openRecord } from "./record/index.ts";
import { watchWorkflow, type WorkflowChange, type WorkflowSource } from "./workflow/index.ts";

/**
 * How much code runs, in bytes of it, before V8 optimises it: by its own measure, a fifth of this, a daemon that mostly waits spends a quarter
 * of its CPU and 40 MB on compiling what does not become faster.
 */
const OPTIMISE_AFTER = 600_000;
/** How long agents get to end when the service stops, milliseconds. */
const WORKER_GRACE_MS = 15_000;
/** How long the two loops get to end their last call, milliseconds. */
const ORCHESTRATOR_GRACE_MS = 10_000;

/**
 * Composes the whole service in this process and opens it, without starting anything. Throws what its parts throw: workflow errors,
 * `already_running`, `record_newer`, `record_corrupt`, `disk_full`, `port_in_use`; then nothing stays open.
 */
export async function composeDaemon(parts: DaemonParts): Promise<Daemon> {
  const scope = new Scope(parts.clock, "service");
  try {
    return await compose(parts, scope);
  } catch (error) {
    await scope.close();
    throw error;
  }
}

async function compose(parts: DaemonParts, scope: Scope): Promise<Daemon> {
  setFlagsFromString(`--interrupt-budget=${OPTIMISE_AFTER}`);
  const { project, options } = parts;
  const hints = new Hints();
  const source = await followedWorkflow(parts, hints, scope);
  const { open, engine, instance } = await openStore(parts, scope);
  const outside = await openOutside(parts, source.current(), hints, scope);
  const tracker = options.issue === null ? outside.tracker : oneIssueOnly(outside.tracker, options.issue);
  const workflows = options.pollIntervalMs === null ? source : withInterval(source, options.pollIntervalMs);
  const transcripts = transcriptsOf(parts);
  const runtime = await openRuntime(parts, source.current());
  const money = await openServiceAccounts(parts, { record: open.record, workflow: () => source.current() }, scope);
  const accounts = money.shared;
  const shared = {
    ...{ instance, machine: runtime.machine, engine, record: open.record, workflows },
    ...{ pauses: accounts, accounts },
  };
  const { forge } = outside;
  const worker = workerOf(parts, { ...shared, accountKeys: money.keys, runtime, tracker, forge, transcripts });
  const endLeftovers = (lease: Lease) => worker.endLeftovers(lease);
  const recovery = recoveryOf(parts, { ...shared, runtime, outside, endLeftovers });
  const orchestrator = new Orchestrator({
    ...parts,
    ...shared,
    outside: { tracker, forge },
    owner: `maestro-${shortHash(`${hostname()}\n${project.stateDirectory}`, 8)}`,
    pid: process.pid,
    inbox: open.inbox,
    onTurn: tellOutside(parts, instance, scope),
    recover: recovery.beside,
    steer: (workId, text) => worker.steer(workId, text),
    endLeftovers,
  });
  hints.connect({
    poll: () => orchestrator.hint(),
    workflow: (change) => followReload(parts, outside, change, orchestrator),
  });
  money.watch(() => orchestrator.nudge());
  const sources = { open, engine, accounts, workflows, orchestrator, outside, forge, transcripts };
  const http = await openDoors(parts, sources, scope);
  const sandbox = await sandboxWords(runtime, source.current().agentRuntime.sandbox ?? "none");
  return daemonOf(
    parts,
    { ...sources, workflow: source.current(), worker, http, sandbox, recoverAlone: recovery.alone },
    scope,
  );
}

function transcriptsOf({ project, secrets, clock }: DaemonParts) {
  return createTranscripts({ directory: join(project.stateDirectory, "transcripts"), secrets, clock });
}

/** Where agents and checks of this service run. */
async function openRuntime({ kinds, clock, log }: DaemonParts, { agentRuntime }: Workflow) {
  const placement = await kinds.placements.load(agentRuntime.placement);
  return placement.open({ clock, machine: hostname(), log });
}

/** Leaves word of tracker and forge for commands beside the service. */
function tellOutside({ project, log }: DaemonParts, instance: string, scope: Scope) {
  const file = new OutsideFile(project.stateDirectory, instance);
  let last = Promise.resolve();
  scope.defer("outside.json", async () => {
    await last;
    await file.remove();
  });
  return (outside: OutsideDocument): void => {
    const write = () => file.write(outside);
    last = last.then(write).catch((error: unknown) => {
      log.debug("outside.json could not be written", { error: toMaestroError(error).message });
    });
  };
}

interface Composed extends HttpSources {
  readonly workflow: Workflow;
  readonly worker: ReturnType<typeof workerOf>;
  readonly http: HttpServer | null;
  readonly sandbox: Daemon["sandbox"];
  readonly recoverAlone: Daemon["recover"];
}

function daemonOf(parts: DaemonParts, composed: Composed, scope: Scope): Daemon {
  const { workflow, worker, orchestrator, transcripts, http } = composed;
  let why = "stopped";
  scope.defer("transcripts", async () => void (await transcripts.settleLeftovers()));
  scope.defer("orchestrator", () => orchestrator.stop(why), ORCHESTRATOR_GRACE_MS);
  scope.defer("worker", () => worker.stop({ reason: why }), WORKER_GRACE_MS);
  return {
    workflow,
    url: http?.url ?? null,
    link: http?.link ?? null,
    logFile: parts.logFile,
    sandbox: composed.sandbox,
    start: async () => {
      await transcripts.settleLeftovers();
      await orchestrator.start();
      worker.start();
    },
    runOnce: async () => {
      await transcripts.settleLeftovers();
      // What an earlier process queued is begun after its issue was looked at again.
      return orchestrator.runOnce(() => worker.start());
    },
    recover: composed.recoverAlone,
    ended: orchestrator.ended,
    stop: (reason) => {
      why = reason;
      // Who follows the events learns of it now, not when the agents have ended.
      http?.endStreams();
      return scope.close().catch(throwFullDisk);
    },
  };
}

/** What could not be released for want of space is told as that. */
function throwFullDisk(error: unknown): never {
  const cause = error instanceof Error ? error.cause : undefined;
  throw isMaestroError(cause) && cause.code === "disk_full" ? cause : error;
}

async function followedWorkflow(parts: DaemonParts, hints: Hints, scope: Scope): Promise<WorkflowSource> {
  const { project, kinds, home, secrets, log, clock } = parts;
  const source = await watchWorkflow({
    path: project.workflowPath,
    directory: project.directory,
    id: project.id,
    kinds,
    environment: parts.terminal.environment,
    home,
    secrets,
    credentials: (reference) => readReference(parts, reference),
    log,
    clock,
    onChange: hints.workflow,
  });
  return scope.use("workflow file", source, (open) => open.close());
}

/** The instance lock comes first: whoever holds it may declare the leases of others lost. */
async function openStore(parts: DaemonParts, scope: Scope) {
  const { project, clock, log, secrets } = parts;
  const directory = project.stateDirectory;
  const instance = newId(parts.random, "instance");
  await makeFolder(directory, 0o700);
  const lock = await holdInstanceLock(directory, { instance, note: project.workflowPath, clock });
  scope.defer("instance lock", () => lock.release());
  const file = join(directory, "record.db");
  const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
  const { onEvent, onTrouble } = parts.options;
  const open = await openRecord({
    ...{ file, workflowId: project.id, clock, log, secrets, breathe },
    ...(onTrouble === undefined ? {} : { onTrouble }),
  });
  scope.defer("record", () => open.close());
  await logEvents(open, log, scope);
  if (onEvent !== undefined)
    scope.defer(
      "event lines",
      open.record.subscribe((events) => events.forEach(onEvent)),
    );
  const engine = createEmbeddedEngine({ record: open, clock, log, instance });
  scope.defer("engine", () => engine.close());
  return { open, engine, instance };
}

async function logEvents({ record }: OpenRecord, log: Log, scope: Scope): Promise<void> {
  const lines = new EventLog(log);
  lines.know(await record.views.openLanes());
  scope.defer(
    "event log",
    record.subscribe((events) => lines.take(events)),
  );
}

async function openOutside(parts: DaemonParts, workflow: Workflow, hints: Hints, scope: Scope) {
  const { clock, random, log, secrets, project } = parts;
  const surroundings = {
    clock,
    random,
    log,
    secrets,
    limiters: new RateLimiters(clock),
    stateDirectory: project.stateDirectory,
    environment: parts.terminal.environment,
  };
  const adapters = await OutsideAdapters.open(parts.kinds, surroundings, workflow, hints.poll);
  scope.defer("tracker and forge", () => adapters.close());
  return {
    tracker: () => adapters.tracker(),
    forge: () => adapters.forge(),
    follow: (next: Workflow) => adapters.follow(next),
  };
}

/** The ways in: the control socket, and the page when a port was asked for. */
async function openDoors(parts: DaemonParts, sources: HttpSources, scope: Scope) {
  const path = join(parts.project.stateDirectory, "control.sock");
  const socket = await openControlSocket(path, () => sources.orchestrator.nudge());
  scope.defer("control socket", () => socket.close());
  return openHttp(parts, sources, scope);
}

function followReload(
  parts: DaemonParts,
  outside: { follow(next: Workflow): Promise<void> },
  change: WorkflowChange,
  orchestrator: Orchestrator,
): void {
  if ("error" in change) {
    // It is put on record at the next look.
    orchestrator.nudge();
    return;
  }
  if (stableJson(change.workflow.observability) !== stableJson(parts.logSettings)) {
    parts.log.warn("other settings of the log take effect at the next start");
  }
  const poll = (): void => orchestrator.hint();
  outside.follow(change.workflow).then(poll, (error: unknown) => {
    parts.log.error("the reloaded tracker or forge cannot be opened; the old one stays", {
      error: toMaestroError(error),
    });
  });
}

/** The workflow with a poll interval from the command line. */
function withInterval(source: WorkflowSource, intervalMs: number) {
  return {
    current: () => ({ ...source.current(), polling: { intervalMs } }),
    problem: () => source.problem(),
    byHash: (hash: string) => source.byHash(hash),
    recheck: () => source.recheck(),
  };
}
