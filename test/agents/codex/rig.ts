import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { programOf } from "../../../dev/agents/places.ts";
import { type FakeModel, startFakeModel } from "../../../dev/fakes/models/fake-model.ts";
import type { ModelScript } from "../../../dev/fakes/models/script.ts";
import { codexAgent } from "../../../src/agents/codex/index.ts";
import { systemClock } from "../../../src/base/clock.ts";
import type { JsonObject } from "../../../src/base/json.ts";
import { silentLog } from "../../../src/base/log.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { SecretRegistry } from "../../../src/base/redact.ts";
import type {
  AgentEvent,
  AgentProbe,
  AgentSession,
  PermissionRequest,
  SessionRequest,
  SessionStart,
} from "../../../src/contracts/agent-provider.ts";
import type { ToolCall, ToolDescriptor, ToolResult } from "../../../src/contracts/tool.ts";
import { localRuntime } from "../../../src/runtimes/local/index.ts";
import { createToolServer } from "../../../src/tools/index.ts";

/** The real program, or `null` where `npm run agents` was not run: tests are then skipped, which continuous integration counts as failed. */
export const CODEX = programOf("codex");

const clock = systemClock();
const runtime = localRuntime({ clock, machine: "here", log: silentLog });
let sessions = 0;

/** The typed tool of these tests. */
export const NOTE: ToolDescriptor = {
  name: "note",
  description: "Takes a note.",
  inputSchema: {
    type: "object",
    properties: { text: { type: "string" } },
    required: ["text"],
    additionalProperties: false,
  },
  mutates: true,
};

/** How one session is started; everything has a default. */
export interface RigStart {
  readonly options?: JsonObject;
  /** `none`: no tool server, `down`: one that nobody listens at. */
  readonly tools?: "served" | "down" | "none";
  /** A second tool. */
  readonly also?: ToolDescriptor;
  readonly request?: Partial<SessionRequest>;
  readonly env?: Readonly<Record<string, string>>;
  /** Starts the program by this shell line instead of directly. */
  readonly command?: string | readonly string[];
}

type ServedRun = Parameters<ReturnType<typeof createToolServer>["admit"]>[0];

/** A machine with a workspace, an account, a user's home and a scripted model, for sessions with the real Codex. */
export class Rig {
  readonly folder: string;
  readonly workspace: string;
  readonly model: FakeModel;
  readonly events: AgentEvent[] = [];
  readonly calls: ToolCall[] = [];
  readonly asked: PermissionRequest[] = [];
  /** What policy answers; absent: nobody is asked. */
  decide: SessionRequest["decide"];
  answer: (call: ToolCall) => Promise<ToolResult> = async () => ({ ok: true, code: "ok", text: "noted" });
  marker = "";
  readonly #controller = new AbortController();
  readonly #server = createToolServer({ random: systemRandom(), secrets: new SecretRegistry() });
  readonly #sessions: AgentSession[] = [];

  private constructor(folder: string, model: FakeModel) {
    this.folder = folder;
    this.workspace = join(folder, "work");
    this.model = model;
  }

  static async open(script: ModelScript): Promise<Rig> {
    // Below the home: Codex says on standard error that it does not like a state folder among temporary files.
    const above = join(homedir(), ".cache", "maestro-tests");
    mkdirSync(above, { recursive: true });
    const folder = realpathSync(mkdtempSync(join(above, "codex-")));
    for (const name of ["work", "home", "tmp"]) mkdirSync(join(folder, name));
    execFileSync("git", ["init", "-q"], { cwd: join(folder, "work") });
    return new Rig(folder, await startFakeModel({ script }));
  }

  get stateDirectory(): string {
    return join(this.folder, "state");
  }

  /** Starts a session; `close` ends it. */
  async start(start: RigStart = {}): Promise<SessionStart> {
    const provider = await codexAgent.open(this.#optionsOf(start));
    const session = await provider.start(await this.#request(start));
    if (session.ok) this.#sessions.push(session.session);
    return session;
  }

  async probe(start: RigStart = {}): Promise<AgentProbe> {
    const provider = await codexAgent.open(this.#optionsOf(start));
    const probe = await provider.probe?.(await this.#request(start));
    if (probe === undefined) throw new Error("there is no probe");
    return probe;
  }

  async #request(start: RigStart): Promise<SessionRequest> {
    sessions += 1;
    this.marker = `maestro.codex.${process.pid}.${sessions}.agent`;
    const callTool = (call: ToolCall): Promise<ToolResult> => {
      this.calls.push(call);
      return this.answer(call);
    };
    const tools = start.also === undefined ? [NOTE] : [NOTE, start.also];
    const served = await this.#toolServer(start.tools ?? "served", { tools, call: callTool });
    const decide = this.decide;
    return {
      ...{ runtime, clock, log: silentLog, workspace: this.workspace, marker: this.marker, title: "A-1: Try it" },
      env: { PATH: process.env.PATH ?? "", HOME: join(this.folder, "home"), FAKE_API_KEY: "fake-key", ...start.env },
      tools,
      callTool,
      resume: null,
      limits: { startupMs: 40_000, responseMs: 20_000, turnSilenceMs: 40_000, commandMs: 40_000 },
      ...(served === undefined ? {} : { toolServer: served }),
      ...(decide === undefined
        ? {}
        : {
            decide: (asked: PermissionRequest) => {
              this.asked.push(asked);
              return decide(asked);
            },
          }),
      account: { name: "default", stateDirectory: this.stateDirectory, userHome: join(this.folder, "home") },
      temporaryDirectory: join(this.folder, "tmp"),
      onEvent: (event) => this.events.push(event),
      signal: this.#controller.signal,
      ...start.request,
    };
  }

  /** Starts one that is taken for granted to start. */
  async session(start: RigStart = {}): Promise<AgentSession> {
    const started = await this.start(start);
    if (started.ok) return started.session;
    throw new Error(`${started.failure.kind}: ${started.failure.sentence}\n${this.told("stderr").join("")}`);
  }

  #optionsOf({ options = {}, command }: RigStart): JsonObject {
    const { config, ...others } = options;
    const own = typeof config === "object" && config !== null ? config : {};
    const started = command ?? [CODEX ?? "codex", "app-server"];
    return { command: started, ...others, config: { ...this.modelSettings(), ...own } };
  }

  /** Codex's settings for the scripted model. */
  modelSettings(): JsonObject {
    return {
      model: "fake-model",
      model_provider: "fake",
      "model_providers.fake": {
        name: "Fake",
        base_url: `${this.model.url}/v1`,
        wire_api: "responses",
        env_key: "FAKE_API_KEY",
        request_max_retries: 1,
        stream_max_retries: 1,
        supports_websockets: false,
      },
    };
  }

  async #toolServer(kind: "served" | "down" | "none", run: ServedRun) {
    if (kind === "none") return undefined;
    if (kind === "down") return { url: "http://127.0.0.1:1/mcp", token: "nothing" };
    const { url, token } = await this.#server.admit(run);
    return { url, token };
  }

  /** The texts of the events of a type that has one. */
  told(type: "message" | "activity" | "stderr" | "alive" | "raw"): string[] {
    return this.events.flatMap((event) => {
      if (event.type !== type) return [];
      if ("text" in event) return [event.text];
      if ("summary" in event) return [event.summary];
      return "what" in event ? [event.what] : "line" in event ? [event.line] : [];
    });
  }

  /** Live processes of the last session. */
  async survivors(): Promise<number> {
    return (await runtime.liveMarkers(this.marker)).length;
  }

  /** The same counted one by one, not by marker. */
  async processes(): Promise<number> {
    const folders = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return folders.filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(this.marker);
      } catch {
        // It has ended meanwhile, or is somebody else's.
        return false;
      }
    }).length;
  }

  /** Ends every process of the last session at once, as a crash of the machine does. */
  async kill(): Promise<void> {
    await runtime.killMarked(this.marker);
  }

  abort(): void {
    this.#controller.abort();
  }

  /** Waits until something is so; the test's own limit ends it. */
  async until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await isSo())) await clock.sleep(20);
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.stop({ graceMs: 500 });
    await this.#server.close();
    await this.model.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const open: Rig[] = [];

/** A rig that `closeRigs` closes. */
export async function openRig(script: ModelScript): Promise<Rig> {
  const rig = await Rig.open(script);
  open.push(rig);
  return rig;
}

export async function closeRigs(): Promise<void> {
  for (const rig of open.splice(0)) await rig.close();
}

/** The model runs a command. */
export function shell(cmd: string, more: object = {}) {
  return { tool: "exec_command", args: { cmd, ...more } };
}

/** The model calls the typed tool, from the run's tool server. */
export function note(text: string) {
  return { tool: "note", namespace: "mcp__maestro", args: { text } };
}
