import { join } from "node:path";
import { type Clock, systemClock } from "./base/clock.ts";
import { MaestroError } from "./base/errors.ts";
import { silentLog } from "./base/log.ts";
import { type Random, systemRandom } from "./base/random.ts";
import { SecretRegistry } from "./base/redact.ts";
import { putRequest, exportProject, pruneProject, type RecordPlace, verifyProject } from "./app-record.ts";
import { packageVersion } from "./app-version.ts";
import { homeOf, locateProject, type LocatedProject } from "./app-project.ts";
import type { App, Opened, Daemon, Project, ServiceOptions, Terminal } from "./cli/app.ts";
import type { Forge } from "./contracts/forge.ts";
import type { Tracker } from "./contracts/tracker.ts";
import type { Workflow } from "./model/workflow.ts";
import type { Transcripts } from "./record/index.ts";
import type { WorkflowInput, WorkflowKinds } from "./workflow/index.ts";

/**
 * The composition root: builds each part when a command asks for it. Nothing heavy is imported before that, so that `--help` stays
 * quick.
 */
export function createApp(terminal: Terminal): App {
  const foundation: Foundation = {
    terminal,
    clock: systemClock(),
    random: systemRandom(),
    secrets: new SecretRegistry(),
    home: homeOf(terminal.environment),
    version: packageVersion(),
    projects: new Map(),
    workflows: new Map(),
    chosenCredentials: new Map(),
  };
  const { clock, random, version, projects, home } = foundation;
  return {
    version,
    home,
    clock,
    random,
    terminal,
    locate: async (target) => {
      const project = await locateProject(target, terminal, clock);
      projects.set(project.id, project);
      return project;
    },
    workflow: async (project) => {
      const { workflow } = await load(foundation, project);
      foundation.workflows.set(project.id, workflow);
      return workflow;
    },
    workflowInput: (project) => inputOf(foundation, project),
    templateFolders: (directory) => templatesOf(foundation, directory),
    service: (project, options) => openDaemon(foundation, project, options),
    accounts: async (purpose) => {
      const { openAccountsPlace } = await import("./app-accounts.ts");
      return openAccountsPlace({ ...foundation, kinds: () => kindsOf(foundation, terminal.cwd) }, purpose === "look");
    },
    ...outsideOf(foundation),
    ...recordOf(foundation),
    apiTokens: ({ stateDirectory }) => tokensIn(stateDirectory, foundation),
    ...besideDaemon(foundation),
  };
}

/** What a command asks of the service that runs beside it. */
function besideDaemon({ clock, terminal }: Foundation): Pick<App, "pageLink" | "outside" | "nudge"> {
  return {
    pageLink: async (project) => {
      const { askPageLink } = await import("./app-page-link.ts");
      return askPageLink(project, { clock, signal: terminal.signal });
    },
    outside: async (project) => {
      const { readOutsideFile } = await import("./orchestrator/index.ts");
      return readOutsideFile(project.stateDirectory);
    },
    nudge: async (project) => {
      const { nudgeDaemon } = await import("./orchestrator/commands/socket.ts");
      return nudgeDaemon(join(project.stateDirectory, "control.sock"));
    },
  };
}

async function tokensIn(stateDirectory: string, { random, clock }: Foundation): ReturnType<App["apiTokens"]> {
  const { API_TOKENS, createApiToken, readApiTokens, revokeApiToken } = await import("./governance/index.ts");
  const file = join(stateDirectory, API_TOKENS);
  return {
    list: () => readApiTokens(file),
    create: (name, role) => createApiToken(file, { name, role, random, now: clock.now() }),
    revoke: (name) => revokeApiToken(file, name),
  };
}

/** What lies outside of Maestro, each opened when a command asks for it. */
function outsideOf(foundation: Foundation): Pick<App, "tracker" | "forge" | "gitTrial" | "agent"> {
  return {
    gitTrial: async (project, forge) => {
      const { openGitTrial } = await import("./app-git-trial.ts");
      return openGitTrial(foundation, (await load(foundation, project)).workflow, forge);
    },
    tracker: (project) => openProjectTracker(foundation, project),
    forge: (project) => openProjectForge(foundation, project),
    agent: async (project, choice) => {
      const { openAgent } = await import("./app-agent.ts");
      const { kinds, workflow } = await load(foundation, project);
      return openAgent(kinds, workflow, foundation, choice);
    },
  };
}

type OfRecord = "reader" | "transcript" | "followTranscript" | "ask" | "verify" | "exportEvents" | "prune";

/** What lies in a project's state directory, each opened when a command asks for it. */
function recordOf(foundation: Foundation): Pick<App, OfRecord> {
  return {
    reader: async (project) => {
      const { openRecordReader } = await import("./record/index.ts");
      const reader = await openRecordReader({ file: recordFile(project), workflowId: project.id });
      return opened(reader, () => reader.close());
    },
    transcript: (project, { laneId, number }) => linesOf(foundation, project, (kept) => kept.read(laneId, number)),
    followTranscript: (project, { laneId, number }, wait) =>
      linesOf(foundation, project, (kept) => kept.follow(laneId, number, wait)),
    ask: (project, request, waitMs) => putRequest(place(foundation, project), request, waitMs),
    verify: (project) => verifyProject(place(foundation, project)),
    exportEvents: (project, options, write) => exportProject(place(foundation, project), options, write),
    prune: (project, options) => pruneProject(place(foundation, project), options),
  };
}

/** What everything else in this process is built on. */
interface Foundation {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly secrets: SecretRegistry;
  readonly home: string;
  readonly version: string;
  /** Those that this process has located. */
  readonly projects: Map<string, LocatedProject>;
  /** As a command has loaded them, so that a service which is about to load its own again has its log before. */
  readonly workflows: Map<string, Workflow>;
  /** What `credential://<provider>/*` was resolved to in this process, by provider. */
  readonly chosenCredentials: Map<string, string>;
}

function placed(foundation: Foundation, project: Project): LocatedProject {
  const known = foundation.projects.get(project.id);
  if (known !== undefined) return known;
  throw new MaestroError({ code: "internal", message: `Project ${project.id} was not located by this app.` });
}

function recordFile(project: Project): string {
  return join(project.stateDirectory, "record.db");
}

function place(foundation: Foundation, project: Project): RecordPlace {
  return { ...foundation, project, file: recordFile(project) };
}

async function inputOf(foundation: Foundation, project: Project): Promise<WorkflowInput> {
  const { workflowPath: path, directory, id } = placed(foundation, project);
  const { home, secrets, terminal } = foundation;
  return {
    path,
    directory,
    id,
    kinds: await kindsOf(foundation, directory),
    environment: terminal.environment,
    home,
    secrets,
    credentials: async (reference) => {
      const { readReference } = await import("./app-accounts.ts");
      return readReference(foundation, reference);
    },
  };
}

async function templatesOf({ home, clock }: Foundation, directory: string): Promise<readonly string[]> {
  const { pluginTemplates } = await import("./app-plugins.ts");
  return pluginTemplates({ home, directory, clock });
}

/** Everything that a workflow file in this folder may name, what plugins bring included. */
async function kindsOf({ home, clock }: Foundation, directory: string): Promise<WorkflowKinds> {
  const { builtInKinds } = await import("./app-kinds.ts");
  const { addPluginKinds } = await import("./app-plugins.ts");
  return addPluginKinds(builtInKinds(), { home, directory, clock });
}

async function load(foundation: Foundation, project: Project) {
  const { loadWorkflow } = await import("./workflow/index.ts");
  const input = await inputOf(foundation, project);
  return { kinds: input.kinds, workflow: await loadWorkflow(input) };
}

async function openDaemon(foundation: Foundation, project: Project, options: ServiceOptions): Promise<Daemon> {
  const { composeDaemon } = await import("./app-daemon.ts");
  const { openServiceLog } = await import("./app-log.ts");
  const { clock, secrets, terminal } = foundation;
  const { observability: settings } =
    foundation.workflows.get(project.id) ?? (await load(foundation, project)).workflow;
  const { stateDirectory } = project;
  const surroundings = { options, stateDirectory, console: process.stderr, terminal, secrets, clock };
  const { log, file } = await openServiceLog({ settings, ...surroundings });
  return composeDaemon({
    ...foundation,
    project: placed(foundation, project),
    options,
    kinds: await kindsOf(foundation, placed(foundation, project).directory),
    log,
    logFile: file,
    logSettings: settings,
  });
}

async function* linesOf(
  { secrets, clock }: Foundation,
  project: Project,
  read: (transcripts: Transcripts) => AsyncIterable<string>,
): AsyncIterable<string> {
  const { createTranscripts } = await import("./record/index.ts");
  yield* read(createTranscripts({ directory: join(project.stateDirectory, "transcripts"), secrets, clock }));
}

/** An adapter that a command uses beside the service: it has no log of its own. */
function surroundings(foundation: Foundation, project: Project) {
  const { clock, random, secrets, terminal } = foundation;
  return {
    clock,
    random,
    secrets,
    log: silentLog,
    stateDirectory: project.stateDirectory,
    environment: terminal.environment,
  };
}

async function openProjectTracker(foundation: Foundation, project: Project): Promise<Opened<Tracker>> {
  const { openTracker } = await import("./app-adapters.ts");
  const { kinds, workflow } = await load(foundation, project);
  const tracker = await openTracker(kinds, workflow, surroundings(foundation, project));
  return opened(tracker, () => tracker.close());
}

async function openProjectForge(foundation: Foundation, project: Project): Promise<Opened<Forge>> {
  const { openForge } = await import("./app-adapters.ts");
  const { kinds, workflow } = await load(foundation, project);
  const forge = await openForge(kinds, workflow, surroundings(foundation, project));
  if (forge !== null) return opened(forge, () => forge.dispose());
  throw new MaestroError({
    code: "no_forge",
    message: "This workflow has no repository, so it has no changes.",
    hint: "Add a `repo` section to the workflow file.",
  });
}

function opened<T>(value: T, close: () => Promise<void>): Opened<T> {
  return { value, close };
}
