import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { AgentEvent, SessionRequest } from "../../src/contracts/agent-provider.ts";
import type { Runtime } from "../../src/contracts/runtime.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import { createToolServer } from "../../src/tools/index.ts";

const LIMIT_MS = 60_000;
const clock = systemClock();

/** A workspace, an account and a tool server for sessions in this process. */
export class AgentGround {
  readonly folder: string;
  readonly secrets = new SecretRegistry();
  readonly runtime = localRuntime({ clock, machine: "here", log: silentLog });
  readonly #server = createToolServer({ random: systemRandom(), secrets: this.secrets });
  #sessions = 0;

  constructor() {
    // Below the home: agents take a folder in the system's temporary one for no real project.
    mkdirSync(join(homedir(), ".cache"), { recursive: true });
    this.folder = realpathSync(mkdtempSync(join(homedir(), ".cache", "maestro-bench-")));
    for (const name of ["work", "account", "tmp"]) mkdirSync(join(this.folder, name));
  }

  /** Environment of an agent that needs no login. */
  get env(): Readonly<Record<string, string>> {
    const keys = { ANTHROPIC_API_KEY: "none", OPENAI_API_KEY: "none", ANTHROPIC_BASE_URL: "http://127.0.0.1:9" };
    return { PATH: process.env.PATH ?? "", HOME: join(this.folder, "account"), TERM: "dumb", ...keys };
  }

  /** What a session is started with, on the tool server as every run is. */
  async request(onEvent: (event: AgentEvent) => void, runtime: Runtime = this.runtime): Promise<SessionRequest> {
    this.#sessions += 1;
    const call = async () => ({ ok: true, code: "ok", text: "" });
    const { url, token } = await this.#server.admit({ tools: [], call });
    return {
      ...{ runtime, clock, log: silentLog, workspace: join(this.folder, "work"), env: this.env, onEvent },
      ...{ marker: `maestro.bench.${process.pid}.${this.#sessions}.agent`, title: "A-1: Measure it" },
      ...{ tools: [], callTool: call, resume: null, toolServer: { url, token } },
      limits: { startupMs: LIMIT_MS, responseMs: LIMIT_MS, turnSilenceMs: LIMIT_MS },
      account: { name: "default", stateDirectory: join(this.folder, "account"), userHome: join(this.folder, "nobody") },
      temporaryDirectory: join(this.folder, "tmp"),
      signal: new AbortController().signal,
    };
  }

  async close(): Promise<void> {
    await this.#server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
