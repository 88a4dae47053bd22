import { spawn } from "node:child_process";
import { MaestroError } from "../base/errors.ts";

/** A program that a person speaks with. */
export interface LoginProgram {
  readonly argv: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Where its words go: past what a document is printed to. */
  readonly output: "stdout" | "stderr";
  readonly signal: AbortSignal;
}

/** Lets a person log in on this terminal. Throws `login_failed`, `agent_not_found`, `aborted`. */
export async function runLogin({ argv, env, cwd, output, signal }: LoginProgram): Promise<void> {
  const [program = "", ...args] = argv;
  const out = output === "stdout" ? 1 : 2;
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { env: { ...env }, cwd, stdio: [0, out, 2], signal });
    child.once("error", (cause) => reject(failed(program, cause)));
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(failed(program, undefined, code));
    });
  });
}

function failed(program: string, cause: unknown, exitCode: number | null = null): MaestroError {
  const isAbort = cause instanceof Error && cause.name === "AbortError";
  if (isAbort) return new MaestroError({ code: "aborted", message: "The login was broken off.", cause });
  if (cause !== undefined) {
    return new MaestroError({
      code: "agent_not_found",
      message: `The agent's program "${program}" does not start.`,
      hint: "Install it, or name it in the options of the workflow's agent.",
      cause,
    });
  }
  return new MaestroError({
    code: "login_failed",
    message: `The login ended ${exitCode === null ? "by a signal" : `with exit code ${exitCode}`}; nothing was kept.`,
    facts: { program, exit_code: exitCode },
  });
}
