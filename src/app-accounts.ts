import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "./base/clock.ts";
import type { Log } from "./base/log.ts";
import type { SecretRegistry } from "./base/redact.ts";
import type { Scope } from "./base/scope.ts";
import { makeFolder } from "./base/folder.ts";
import type { JsonObject } from "./base/json.ts";
import { builtInKinds } from "./app-kinds.ts";
import type { AgentProviderKind } from "./contracts/agent-provider.ts";
import type { WorkflowKinds } from "./workflow/index.ts";
import type { AccountsPlace, AgentLogin, Opened, Terminal } from "./cli/app.ts";
import type { WorkRecord } from "./contracts/record.ts";
import {
  AccountBook,
  CredentialStore,
  KEY_VARIABLE,
  RecordFollower,
  resolveReference,
  SharedAccounts,
  watchAccounts,
} from "./governance/index.ts";
import { DEFAULT_ACCOUNT } from "./model/account.ts";
import type { Workflow } from "./model/workflow.ts";
import { MaestroError } from "./base/errors.ts";

/** What accounts and credentials are reached with. */
export interface AccountSurroundings {
  /** MAESTRO_HOME. */
  readonly home: string;
  readonly terminal: Pick<Terminal, "environment">;
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
  /** What `credential://<provider>/*` was resolved to in this process, by provider. */
  readonly chosenCredentials: Map<string, string>;
}

/** The file that all services of this user share. */
function accountsFile(home: string): string {
  return join(home, "accounts.db");
}

function storeOf({ home, terminal, secrets, clock }: AccountSurroundings): CredentialStore {
  return new CredentialStore({ home, environment: terminal.environment, secrets, clock });
}

/** Accounts and credentials for a command; one that only `looks` makes no file. Throws `accounts_newer`, `accounts_failed`. */
export async function openAccountsPlace(
  around: AccountSurroundings & { readonly kinds?: () => Promise<WorkflowKinds> },
  looks = false,
): Promise<Opened<AccountsPlace>> {
  const file = accountsFile(around.home);
  const book = looks ? await AccountBook.look(file, around.clock) : await AccountBook.open(file, around.clock);
  const store = storeOf(around);
  const kinds = around.kinds ?? (async () => builtInKinds());
  const value: AccountsPlace = {
    ...{ book, store },
    keys: (kind, account) => keysOf(book, store, kind, account),
    kinds: async () => {
      const { agents, trackers, forges } = await kinds();
      const others = new Set([...trackers.kinds(), ...forges.kinds()]);
      return { agents: agents.kinds(), others: [...others] };
    },
    login: async (kind, id, options) => loginOf(around, await (await kinds()).agents.load(kind), id, options),
    removeFolder: (kind, id) => rm(folderOf(around.home, kind, id), { recursive: true, force: true }),
  };
  return { value, close: async () => book.close() };
}

function folderOf(home: string, kind: string, id: string): string {
  return join(home, "agents", kind, id);
}

/** With the environment of the person who logs in, less the key of the credential store. */
async function loginOf(
  { home, terminal: { environment } }: AccountSurroundings,
  kind: AgentProviderKind,
  id: string,
  options: JsonObject,
): Promise<AgentLogin | null> {
  const provider = await kind.open(kind.parseOptions(options));
  const stateDirectory = folderOf(home, kind.kind, id);
  const command = provider.login?.({ name: id, stateDirectory, userHome: environment.HOME ?? "/" });
  if (command === undefined) return null;
  await makeFolder(stateDirectory, 0o700);
  const own = Object.entries(environment).flatMap(([name, value]): [string, string][] =>
    value === undefined || name.startsWith(KEY_VARIABLE) ? [] : [[name, value]],
  );
  return { argv: command.argv, env: { ...Object.fromEntries(own), ...command.env } };
}

/** The secret behind a reference in a workflow file. Throws `credential_missing` and the codes of the credential store. */
export async function readReference(around: AccountSurroundings, reference: string): Promise<string> {
  const book = await AccountBook.open(accountsFile(around.home), around.clock);
  try {
    const { chosenCredentials: chosen, clock } = around;
    return await resolveReference(reference, { book, store: storeOf(around), chosen, now: clock.now() });
  } finally {
    book.close();
  }
}

/** What a service needs of accounts. */
export interface ServiceAccounts {
  readonly shared: SharedAccounts;
  readonly keys: (kind: string, account: string) => Promise<Readonly<Record<string, string>>>;
  /** Looks at them in the background until the service ends. */
  watch(onChange: () => void): void;
}

/** Opens the accounts for a service that holds its instance lock, and follows its record. Throws `accounts_newer`, `accounts_failed`. */
export async function openServiceAccounts(
  around: AccountSurroundings & { readonly log: Log },
  { record, workflow }: { readonly record: WorkRecord; readonly workflow: () => Workflow },
  scope: Scope,
): Promise<ServiceAccounts> {
  const { home, clock, log } = around;
  const cooldownMs = (): number => workflow().accounts?.cooldownMs ?? 0;
  const file = accountsFile(home);
  const shared = await SharedAccounts.open({ file, workflowId: record.workflowId, cooldownMs, clock, log });
  scope.defer("accounts", async () => shared.close());
  const follower = await RecordFollower.open(shared.book, record, clock.now());
  scope.defer("accounts of the record", async () => follower.close());
  return {
    shared,
    keys: (kind, account) => keysOf(shared.book, storeOf(around), kind, account),
    watch: (onChange) => {
      const abort = new AbortController();
      const intervalMs = (): number => workflow().accounts?.pollIntervalMs ?? 30_000;
      const watching = watchAccounts(shared, { intervalMs, clock, log, onChange, signal: abort.signal });
      scope.defer("look at the accounts", () => {
        abort.abort();
        return watching;
      });
    },
  };
}

/** The key of an account by the variable that takes it; nothing for a login of its own. Throws `credential_missing` and the store's codes. */
async function keysOf(
  book: AccountBook,
  store: CredentialStore,
  kind: string,
  account: string,
): Promise<Readonly<Record<string, string>>> {
  const entry = book.account(kind, account || DEFAULT_ACCOUNT);
  if (entry?.login !== "key" || entry.variable === null) return {};
  const key = await store.read(kind, account);
  if (key !== null) return { [entry.variable]: key };
  throw new MaestroError({
    code: "credential_missing",
    message: `The key of account ${kind}/${account} is not in the credential store.`,
    hint: `\`maestro accounts import ${kind} ${account}\` keeps one.`,
  });
}
