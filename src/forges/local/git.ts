import { throwIfAborted, withDeadline } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { MaestroError } from "../../base/errors.ts";
import { runGit } from "./git-process.ts";

/** What a command is given beside its arguments. */
export interface GitCallOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are answers. Default [0]. */
  readonly codes?: readonly number[];
}

/** How a command ended well. */
export interface GitAnswer {
  readonly code: number;
  readonly stdout: string;
}

/** Longest time of one command, milliseconds. */
const DEADLINE_MS = 60_000;
/** The oldest Git with `merge-tree --write-tree`. */
const OLDEST = { major: 2, minor: 38 };

/** Values of PATH whose Git was looked at and is new enough; it is not asked again in this process. */
const NEW_ENOUGH = new Set<string>();

/** Nothing of the machine's or the user's settings reaches the forge, and nothing of the repository's starts a program. */
const SETTINGS: readonly (readonly [string, string])[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.attributesFile", "/dev/null"],
  ["core.quotePath", "false"],
  ["core.alternateRefsCommand", "true"],
  ["commit.gpgSign", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["protocol.ext.allow", "never"],
];

const FIXED: Readonly<Record<string, string>> = {
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_ALLOW_PROTOCOL: "file",
  GIT_PAGER: "cat",
  GIT_EDITOR: "true",
  GIT_CONFIG_COUNT: String(SETTINGS.length),
  ...Object.fromEntries(
    SETTINGS.flatMap(([key, value], at) => [
      [`GIT_CONFIG_KEY_${at}`, key],
      [`GIT_CONFIG_VALUE_${at}`, value],
    ]),
  ),
};

/** Runs Git commands on one bare repository, in bounded time. */
export class ForgeGit {
  readonly gitDir: string;
  readonly #clock: Clock;

  constructor(gitDir: string, clock: Clock) {
    this.gitDir = gitDir;
    this.#clock = clock;
  }

  /** Throws `forge_status` (with `stderr`), `disk_full`, `forge_invalid_config` without Git, `deadline`, `aborted`. */
  async run(args: readonly string[], signal: AbortSignal, options: GitCallOptions = {}): Promise<GitAnswer> {
    return withDeadline(this.#clock, DEADLINE_MS, signal, async (bounded) => {
      const result = await runGit({
        args,
        env: { ...FIXED, PATH: process.env.PATH ?? "", GIT_DIR: this.gitDir, ...options.env },
        input: options.input,
        signal: bounded,
        clock: this.#clock,
      });
      throwIfAborted(bounded);
      if (result.isMissing) throw missing();
      const code = result.code ?? -1;
      if (!(options.codes ?? [0]).includes(code)) throw failed(args, code, result.stderr);
      return { code, stdout: result.stdout };
    });
  }

  /** Throws `forge_invalid_config` when Git is missing or too old. */
  async checkVersion(signal: AbortSignal): Promise<void> {
    const path = process.env.PATH ?? "";
    if (NEW_ENOUGH.has(path)) return;
    const { stdout } = await this.run(["version"], signal);
    const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
    const isNew = Number(major) > OLDEST.major || (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor);
    if (isNew) {
      NEW_ENOUGH.add(path);
      return;
    }
    throw new MaestroError({
      code: "forge_invalid_config",
      message: `The local forge needs Git 2.38 or newer to merge without a work tree; this is ${stdout.trim()}.`,
      hint: "Install a newer Git, or use another forge.",
      facts: { path: ["kind"], version: stdout.trim() },
    });
  }
}

function missing(): MaestroError {
  return new MaestroError({
    code: "forge_invalid_config",
    message: "Git is not installed, or not in the PATH that Maestro was started with.",
    hint: "Install Git 2.38 or newer and start Maestro again.",
    facts: { path: ["kind"] },
  });
}

function failed(args: readonly string[], code: number, stderr: string): MaestroError {
  const lines = stderr.trim().slice(0, 2_000);
  return new MaestroError({
    code: /No space left on device|Disk quota exceeded/.test(lines) ? "disk_full" : "forge_status",
    message: `git ${args[0] ?? ""} failed in the local forge: ${lines.split("\n").at(-1) ?? ""}`,
    facts: { command: args[0] ?? "", exit_code: code, stderr: lines },
  });
}
