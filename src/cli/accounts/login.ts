import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { MaestroError, toMaestroError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { runLogin } from "../../governance/index.ts";
import { DEFAULT_ACCOUNT } from "../../model/account.ts";
import { agentsOf } from "../../model/agent-choice.ts";
import type { Cli } from "../cli.ts";
import { entryOf, examples, kindOf, type LimitOptions, requireName, tell, withAccounts, withLimits } from "./place.ts";

interface LoginOptions extends LimitOptions {
  readonly config?: string;
}

interface ImportOptions extends LimitOptions {
  readonly file?: string;
  readonly machine?: boolean;
  readonly variable?: string;
}

/** Adds `accounts login`. */
export function addLogin(group: Command, cli: Cli): void {
  withLimits(group.command("login"))
    .description("log an agent in with its own program, into a folder of the account's own")
    .argument("<agent>", "kind of the agent, e.g. codex or claude")
    .argument("<id>", "name of the account, e.g. work")
    .argument("[options...]", "behind --: for the agent's program, e.g. -- --with-api-key")
    .option("--config <path>", "workflow file whose options name the agent's program")
    .addHelpText("after", examples("login claude work", "login codex team --runs 2 -- --with-api-key < key.txt"))
    .action(async (given: string, id: string, more: readonly string[], options: LoginOptions) => {
      const kind = kindOf(given);
      const { clock, terminal } = await cli.app();
      await withAccounts(cli, async (place) => {
        await requireName(place, kind, id);
        if (id === DEFAULT_ACCOUNT) throw ownLogin(kind);
        const login = await place.login(kind, id, await agentOptions(cli, kind, options.config));
        if (login === null) throw noProgram(kind, id);
        const output = options.json === true ? "stderr" : "stdout";
        const argv = [...login.argv, ...more];
        await runLogin({ argv, env: login.env, cwd: terminal.cwd, output, signal: terminal.signal });
        const made = { kind, id, login: "own", variable: null, createdAt: clock.now() } as const;
        place.book.put(entryOf(place.book.account(kind, id), made, options));
        const sentence = `${kind}/${id} is logged in; \`maestro accounts verify ${kind} ${id}\` tries it.`;
        tell(cli, options, { kind, id, login: "own" }, sentence);
      });
    });
}

/** Adds `accounts import`. */
export function addImport(group: Command, cli: Cli): void {
  withLimits(group.command("import"))
    .description("keep a key or token, sealed; or take this machine's present login among the accounts")
    .argument("<kind>", "agent, tracker or forge, e.g. claude, github, linear")
    .argument("<id>", "name of the account, e.g. work")
    .option("--file <path>", "file with the key; default: what is written to this command")
    .option("--machine", "for the account `default`: the login that this machine has, used where it is")
    .option("--variable <name>", "variable in which the agent takes the key")
    .addHelpText(
      "after",
      examples("import claude team < key.txt", "import github bot --file token.txt", "import codex default --machine"),
    )
    .action(async (given: string, id: string, options: ImportOptions) => {
      const kind = kindOf(given);
      const { clock } = await cli.app();
      await withAccounts(cli, async (place) => {
        await requireName(place, kind, id);
        const { agents } = await place.kinds();
        const isAgent = agents.includes(kind);
        const createdAt = clock.now();
        const before = place.book.account(kind, id);
        if (options.machine === true) {
          if (!isAgent || id !== DEFAULT_ACCOUNT) throw machineOnly(kind);
          await place.store.remove(kind, id);
          place.book.put(entryOf(before, { kind, id, login: "machine", variable: null, createdAt }, options));
          const sentence = `${kind}/${id}, the login of this machine, is one of the accounts.`;
          return tell(cli, options, { kind, id, login: "machine" }, sentence);
        }
        const key = await readKey(cli, options.file);
        const variable = isAgent ? variableOf(kind, key, options.variable) : null;
        await place.store.write(kind, id, key);
        place.book.put(entryOf(before, { kind, id, login: "key", variable, createdAt }, options));
        const use = isAgent ? `runs get it in ${variable}` : `use it as credential://${kind}/${id}`;
        tell(cli, options, { kind, id, login: "key", variable }, `The key of ${kind}/${id} is kept; ${use}.`);
      });
    });
}

/** The options of an agent as a workflow file has them; without a file, none. */
async function agentOptions(cli: Cli, kind: string, path: string | undefined): Promise<JsonObject> {
  const app = await cli.app();
  try {
    const workflow = await app.workflow(await app.locate(path === undefined ? {} : { path }));
    return agentsOf(workflow).find((agent) => agent.kind === kind)?.options ?? {};
  } catch (error) {
    if (path === undefined && toMaestroError(error).code === "missing_workflow_file") return {};
    throw error;
  }
}

async function readKey(cli: Cli, file: string | undefined): Promise<string> {
  const text = file === undefined ? await cli.terminal.readInput?.() : await textOf(resolve(cli.terminal.cwd, file));
  const key = (text ?? "").trim();
  if (key !== "" && !/[\r\n]/.test(key)) return key;
  throw new MaestroError({
    code: "usage",
    message: key === "" ? "No key was given." : "A key is one line, and this is more.",
    hint: "Write it to the command (`< key.txt`), or name a file with --file; never as an argument, which others can read.",
  });
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw toMaestroError(error, "file_read_failed");
  }
}

const VARIABLES: Readonly<Record<string, string>> = {
  claude_code: "ANTHROPIC_API_KEY",
  gemini: "GEMINI_API_KEY",
  codebuddy_code: "CODEBUDDY_API_KEY",
};

/** Throws `usage` for an agent that takes keys in no variable of its own. */
function variableOf(kind: string, key: string, given: string | undefined): string {
  if (given !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(given)) {
    throw new MaestroError({ code: "usage", message: `"${given}" is no name of a variable.` });
  }
  // The long-lived token of a subscription, as `claude setup-token` prints it.
  const isToken = kind === "claude_code" && key.startsWith("sk-ant-oat");
  const variable = given ?? (isToken ? "CLAUDE_CODE_OAUTH_TOKEN" : VARIABLES[kind]);
  if (variable !== undefined) return variable;
  throw new MaestroError({
    code: "usage",
    message: `Say in which variable ${kind} takes its key.`,
    hint:
      kind === "codex"
        ? "Codex keeps a key itself: `maestro accounts login codex ID -- --with-api-key`; for a model provider of your own name its env_key with --variable."
        : "Add --variable NAME, e.g. --variable OPENAI_API_KEY.",
  });
}

function ownLogin(kind: string): MaestroError {
  return new MaestroError({
    code: "usage",
    message: "The account `default` is the login of this machine.",
    hint: `Choose another name, or take it among the accounts: \`maestro accounts import ${kind} default --machine\`.`,
  });
}

function machineOnly(kind: string): MaestroError {
  return new MaestroError({
    code: "usage",
    message: "The login of this machine is used where it is, as the account `default` of an agent.",
    hint: `Write \`maestro accounts import ${kind} default --machine\`; for another account log in anew.`,
  });
}

function noProgram(kind: string, id: string): MaestroError {
  return new MaestroError({
    code: "login_not_supported",
    message: `${kind} has no program of its own to log in with.`,
    hint: `Keep a key: \`maestro accounts import ${kind} ${id} --file FILE\`.`,
  });
}
