import { mkdir, mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type AgentName, programOf } from "../../dev/agents/places.ts";
import { type FakeModel, startFakeModel } from "../../dev/fakes/models/fake-model.ts";
import type { ModelScript } from "../../dev/fakes/models/script.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type {
  AgentEvent,
  AgentProviderKind,
  AgentSession,
  PermissionRequest,
  SessionStart,
} from "../../src/contracts/agent-provider.ts";
import type { Runtime } from "../../src/contracts/runtime.ts";
import type { ToolCall, ToolDescriptor } from "../../src/contracts/tool.ts";
import type { McpServer } from "../../src/model/mcp-server.ts";
import type { TokenUsage } from "../../src/model/usage.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import { createToolServer } from "../../src/tools/index.ts";

const clock = systemClock();
const runtime = localRuntime({ clock, machine: "here", log: silentLog });
let sessions = 0;

/** The one tool that runs here have. */
const NOTE: ToolDescriptor = {
  name: "note",
  description: "Takes a note.",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  mutates: false,
};

/** How a session on the bench is started. */
export interface BenchOptions {
  readonly resume?: string;
  readonly turnSilenceMs?: number;
  readonly firstOutputMs?: number;
  readonly turnTotalMs?: number;
  readonly allow?: boolean;
  readonly withTools?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly baseline?: TokenUsage;
  /** The tool server is named, but nobody listens. */
  readonly deadTools?: boolean;
  /** The model may also call `no_such`, which the host does not know. */
  readonly withUnknownTool?: boolean;
  readonly startupMs?: number;
  readonly responseMs?: number;
  /** Beside the tools of the bench. */
  readonly mcpServers?: readonly McpServer[];
  /** Where it is started; default this machine. */
  readonly runtime?: Runtime;
}

/** A workspace, an account and a model for one real agent. */
export class Bench {
  readonly folder: string;
  readonly workspace: string;
  readonly model: FakeModel;
  readonly events: AgentEvent[] = [];
  readonly calls: ToolCall[] = [];
  readonly asked: PermissionRequest[] = [];
  readonly secrets = new SecretRegistry();
  readonly #tools = createToolServer({ random: systemRandom(), secrets: this.secrets });
  readonly #controller = new AbortController();
  readonly #open: AgentSession[] = [];
  readonly #markers: string[] = [];

  private constructor(folder: string, model: FakeModel) {
    this.folder = folder;
    this.workspace = join(folder, "work");
    this.model = model;
  }

  static async open(script: ModelScript): Promise<Bench> {
    // Below the home: agents take a folder in the system's temporary one for no real project.
    await mkdir(join(homedir(), ".cache"), { recursive: true });
    const folder = await realpath(await mkdtemp(join(homedir(), ".cache", "maestro-bench-")));
    for (const name of ["work", "account", "tmp"]) await mkdir(join(folder, name));
    return new Bench(folder, await startFakeModel({ script }));
  }

  /** Starts the agent; the bench ends it. */
  async start(kind: AgentProviderKind, options: JsonObject, more: BenchOptions = {}): Promise<SessionStart> {
    sessions += 1;
    const marker = `maestro.bench.${process.pid}.${sessions}.agent`;
    this.#markers.push(marker);
    const served = this.#served(more.withUnknownTool === true ? [NOTE, { ...NOTE, name: "no_such" }] : [NOTE]);
    const tools = more.withTools === false ? undefined : await this.#tools.admit(served);
    const provider = await kind.open(options);
    const start = await provider.start({
      runtime: more.runtime ?? runtime,
      ...{ clock, log: silentLog, workspace: this.workspace, marker, title: "A-1: Try it" },
      env: { PATH: process.env.PATH ?? "", HOME: join(this.folder, "account"), TERM: "dumb", ...more.env },
      ...{ tools: served.tools, callTool: served.call, resume: more.resume ?? null },
      limits: {
        startupMs: more.startupMs ?? 40_000,
        responseMs: more.responseMs ?? 15_000,
        turnSilenceMs: more.turnSilenceMs ?? 60_000,
        ...(more.firstOutputMs === undefined ? {} : { firstOutputMs: more.firstOutputMs }),
        ...(more.turnTotalMs === undefined ? {} : { turnTotalMs: more.turnTotalMs }),
        commandMs: 60_000,
      },
      ...(tools === undefined
        ? {}
        : { toolServer: { url: more.deadTools === true ? "http://127.0.0.1:9/mcp" : tools.url, token: tools.token } }),
      ...(more.mcpServers === undefined ? {} : { mcpServers: more.mcpServers }),
      ...(more.baseline === undefined ? {} : { baseline: more.baseline }),
      account: { name: "default", stateDirectory: join(this.folder, "account"), userHome: join(this.folder, "nobody") },
      temporaryDirectory: join(this.folder, "tmp"),
      decide: async (request) => {
        this.asked.push(request);
        return { decision: more.allow === false ? "refuse" : "allow", reason: "as the test says" };
      },
      onEvent: (event) => this.events.push(event),
      signal: this.#controller.signal,
    });
    if (start.ok) this.#open.push(start.session);
    return start;
  }

  /** Starts it and takes it for granted that it starts. */
  async session(kind: AgentProviderKind, options: JsonObject, more: BenchOptions = {}): Promise<AgentSession> {
    const start = await this.start(kind, options, more);
    if (start.ok) return start.session;
    throw new Error(`${start.failure.kind}: ${start.failure.sentence} ${this.stderr()}`);
  }

  /** Live processes of all sessions. */
  async survivors(): Promise<number> {
    return (await Promise.all(this.#markers.map((marker) => runtime.liveMarkers(marker)))).flat().length;
  }

  /** Waits until something has happened; the test's own limit ends it. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await clock.sleep(20);
  }

  /** Kills everything of all sessions at once, as a crash does. */
  async kill(): Promise<void> {
    for (const marker of this.#markers) await runtime.killMarked(marker);
  }

  /** Calls the run of all sessions off. */
  abort(): void {
    this.#controller.abort();
  }

  stderr(): string {
    return this.events.flatMap((event) => (event.type === "stderr" ? [event.text] : [])).join("");
  }

  of<T extends AgentEvent["type"]>(type: T): Extract<AgentEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);
  }

  /** What stands in the workspace. */
  async files(): Promise<string[]> {
    return (await readdir(this.workspace)).sort();
  }

  async close(): Promise<void> {
    for (const session of this.#open) await session.stop({ graceMs: 1_000 });
    await this.#tools.close();
    await this.model.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  #served(tools: readonly ToolDescriptor[]) {
    return {
      tools,
      call: async (call: ToolCall) => {
        this.calls.push(call);
        if (call.name === "no_such") return { ok: false, code: "unknown_tool", text: "There is no such tool." };
        return { ok: true, code: "ok", text: "Noted." };
      },
    };
  }
}

/** The program of a real agent; `null` when it is not installed here, which is a failure where skips prove nothing. */
export function realAgent(name: AgentName): string | null {
  const program = programOf(name);
  if (program === null && process.env.MAESTRO_NO_SKIP === "1")
    throw new Error(`${name} is not installed: npm run agents`);
  return program;
}
