import type { Command } from "commander";
import { MaestroError } from "../../base/errors.ts";
import { nearestOf } from "../../base/nearest.ts";
import type { AccountEntry, KnownAccount } from "../../governance/index.ts";
import type { AccountsPlace } from "../app.ts";
import type { Cli } from "../cli.ts";
import { wholeNumber } from "../option-values.ts";
import { using } from "../reading.ts";

/** What most commands about accounts take. */
export interface CommonOptions {
  readonly json?: boolean;
}

/** What an account may say of its own. */
export interface LimitOptions extends CommonOptions {
  readonly email?: string;
  readonly runs?: number;
  readonly cooldownMs?: number;
  readonly dailyTokens?: number;
}

const ALIASES: Readonly<Record<string, string>> = { claude: "claude_code", codebuddy: "codebuddy_code" };
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Opens the accounts for as long as something is done with them. */
export async function withAccounts<T>(cli: Cli, work: (place: AccountsPlace) => Promise<T>): Promise<T> {
  const app = await cli.app();
  return using(await app.accounts(), work);
}

/** A kind by its name or its shorter one. */
export function kindOf(given: string): string {
  return ALIASES[given] ?? given;
}

/** Throws `unsupported_kind` for a kind that nothing here has, `usage` for a name that no account can have. */
export async function requireName(place: AccountsPlace, kind: string, id: string): Promise<void> {
  const { agents, others } = await place.kinds();
  const known = [...new Set([...agents, ...others])];
  if (!known.includes(kind)) {
    const near = nearestOf(kind, known);
    throw new MaestroError({
      code: "unsupported_kind",
      message: `"${kind}" is no agent, tracker or forge; known: ${known.join(", ")}.`,
      ...(near === undefined ? {} : { hint: `Did you mean "${near}"?` }),
    });
  }
  if (NAME.test(id)) return;
  const message = `"${id}" is no name of an account: letters, digits, dots, dashes, underscores.`;
  throw new MaestroError({ code: "usage", message });
}

/** Throws `unknown_account`. */
export function requireAccount({ book }: AccountsPlace, kind: string, id: string): KnownAccount {
  const found = book.account(kind, id);
  if (found !== undefined) return found;
  const names = book.accounts().map((one) => `${one.kind}/${one.id}`);
  throw new MaestroError({
    code: "unknown_account",
    message: `There is no account ${kind}/${id}.${names.length === 0 ? "" : ` Known: ${names.join(", ")}.`}`,
    hint: `\`maestro accounts login ${kind} ${id}\` or \`maestro accounts import ${kind} ${id}\` makes it.`,
  });
}

/** An account as it is kept when somebody has logged in or brought a key; what it said before stays. */
export function entryOf(
  before: AccountEntry | undefined,
  made: Pick<AccountEntry, "kind" | "id" | "login" | "variable" | "createdAt">,
  options: LimitOptions,
): AccountEntry {
  return {
    ...made,
    createdAt: before?.createdAt ?? made.createdAt,
    enabled: before?.enabled ?? true,
    email: options.email ?? before?.email ?? null,
    limit: options.runs ?? before?.limit ?? null,
    cooldownMs: options.cooldownMs ?? before?.cooldownMs ?? null,
    dailyTokens: options.dailyTokens ?? before?.dailyTokens ?? null,
    verified: null,
  };
}

/** Adds what an account may say of its own. */
export function withLimits(command: Command): Command {
  return command
    .option("--email <address>", "whose it is, for people")
    .option("--runs <number>", "runs that may use it at the same time", wholeNumber(1))
    .option("--cooldown-ms <ms>", "rest after each run", wholeNumber(0))
    .option("--daily-tokens <number>", "tokens in a day, in UTC", wholeNumber(1))
    .option("--json", "print a document");
}

/** What came of it: a sentence, or a document with the same facts. */
export function tell(
  cli: Cli,
  { json }: CommonOptions,
  facts: Readonly<Record<string, unknown>>,
  sentence: string,
): void {
  if (json === true) cli.printJson({ version: 1, ...facts });
  else cli.print(sentence);
}

/** What help shows behind a command's options. */
export function examples(...lines: readonly string[]): string {
  return ["\nExamples:", ...lines.map((line) => `  maestro accounts ${line}`)].join("\n");
}
