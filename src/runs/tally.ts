import type { SecretRegistry } from "../base/redact.ts";
import type { AgentEvent } from "../contracts/agent-provider.ts";
import type { ChangedFile, RunSummary } from "../model/run-summary.ts";
import { addUsage, NO_USAGE, type TokenUsage } from "../model/usage.ts";

/** Bounds of what is kept: names of tools, files, lines of standard error and characters of each. */
const MOST_TOOLS = 50;
const MOST_FILES = 100;
const TAIL_LINES = 20;
const TAIL_WIDTH = 500;
/** Standard error that is remembered for the tail, characters. */
const KEPT_STDERR = 16 * 1024;

/** Counts what happens in one piece of work, for the summary that stands on record when a run has ended. */
export class RunTally {
  readonly #tools = new Map<string, { calls: number; failed: number }>();
  #usage: TokenUsage = NO_USAGE;
  #model: string | null = null;
  readonly #stdout = { lines: 0, bytes: 0 };
  readonly #stderr = { lines: 0, bytes: 0 };
  #tail = "";
  #files: readonly ChangedFile[] | null = null;

  /** An event of the agent. */
  heard(event: AgentEvent): void {
    if (event.type !== "usage") return;
    this.#usage = addUsage(this.#usage, event.usage);
    this.#model = event.model ?? this.#model;
  }

  /** A call that was answered. */
  called(name: string, ok: boolean): void {
    const known = this.#tools.get(name);
    if (known === undefined && this.#tools.size >= MOST_TOOLS) return;
    const { calls, failed } = known ?? { calls: 0, failed: 0 };
    this.#tools.set(name, { calls: calls + 1, failed: failed + (ok ? 0 : 1) });
  }

  /** A line of the agent's standard output, without its end. */
  wrote(line: string): void {
    this.#stdout.lines += 1;
    this.#stdout.bytes += Buffer.byteLength(line) + 1;
  }

  /** A piece of the agent's standard error, as it came. */
  complained(text: string): void {
    this.#stderr.lines += text.split("\n").length - 1;
    this.#stderr.bytes += Buffer.byteLength(text);
    const all = this.#tail + text;
    // A line that is cut could hide half a secret.
    this.#tail = all.length <= KEPT_STDERR ? all : all.slice(-KEPT_STDERR).replace(/^[^\n]*\n?/, "");
  }

  /** What the host saw in the workspace. */
  looked(files: readonly ChangedFile[]): void {
    this.#files = files.slice(0, MOST_FILES);
  }

  /** The whole, with what others know of the run. */
  summary(
    known: Pick<RunSummary, "profile" | "agent" | "runtime" | "machine" | "worker" | "turns" | "headSha">,
    secrets: SecretRegistry,
  ): RunSummary {
    const text = secrets.redact(this.#tail).trimEnd();
    const lines = text === "" ? [] : text.split("\n").slice(-TAIL_LINES);
    const isOpen = this.#tail !== "" && !this.#tail.endsWith("\n");
    return {
      ...known,
      model: this.#model,
      tools: [...this.#tools].map(([name, counts]) => ({ name, ...counts })),
      usage: this.#usage,
      stdout: { ...this.#stdout },
      stderr: {
        lines: this.#stderr.lines + (isOpen ? 1 : 0),
        bytes: this.#stderr.bytes,
        tail: lines.map((line) => line.slice(0, TAIL_WIDTH)),
      },
      files: this.#files,
    };
  }
}
