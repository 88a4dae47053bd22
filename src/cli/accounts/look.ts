import type { Command } from "commander";
import { withDeadline } from "../../base/abort.ts";
import { MaestroError, toMaestroError } from "../../base/errors.ts";
import { accountRows, freeDead, type KnownAccount } from "../../governance/index.ts";
import { agentsOf } from "../../model/agent-choice.ts";
import type { AccountRow } from "../../model/documents/status.ts";
import type { AccountsPlace } from "../app.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { openAgentTrial } from "../smoke/agent-trial.ts";
import { table } from "../table.ts";
import { type CommonOptions, examples, kindOf, requireAccount, tell, withAccounts } from "./place.ts";

/** Adds `accounts list`. */
export function addList(group: Command, cli: Cli): void {
  group
    .command("list")
    .description("say which accounts there are, how each stands, and what each has used today")
    .argument("[kind]", "only those of this agent, tracker or forge")
    .option("--json", "print a document")
    .addHelpText("after", examples("list", "list codex --json"))
    .action(async (given: string | undefined, options: CommonOptions) => {
      const { clock } = await cli.app();
      await withAccounts(cli, async ({ book, store }) => {
        await freeDead(book);
        const kind = given === undefined ? null : kindOf(given);
        const accounts = accountRows(book, clock.now()).filter((row) => kind === null || row.kind === kind);
        const kept = await store.describe();
        if (options.json === true) {
          return cli.printJson({ version: 1, accounts, key_in: kept?.keyIn ?? null });
        }
        const rows = accounts.map((row) => [row.account, stateWords(row), row.login, runWords(row), todayWords(row)]);
        for (const line of table(["ACCOUNT", "STATE", "LOGIN", "RUNS", "TODAY"], rows)) cli.print(line);
        for (const { account, reason } of accounts) if (reason !== null) cli.print(`${account}: ${reason}`);
        if (accounts.length === 0) cli.print("No account is configured: agents use the logins of this machine.");
      });
    });
}

function stateWords({ state, paused_until: until, windows }: AccountRow): string {
  const fullest = Math.max(0, ...windows.map(({ used_share: share }) => share ?? 0));
  const used = fullest === 0 ? "" : ` (${Math.round(fullest * 100)} % used)`;
  return state === "paused" ? `paused until ${until ?? "resumed"}` : `${state}${used}`;
}

function runWords({ leases, limit }: AccountRow): string {
  return limit === null ? String(leases) : `${leases} of ${limit}`;
}

function todayWords({ today, daily_token_budget: most }: AccountRow): string {
  return `${today.tokens}${most === null ? "" : ` of ${most}`} tokens, ${today.sessions} sessions`;
}

/** Adds `accounts verify`. */
export function addVerify(group: Command, cli: Cli): void {
  group
    .command("verify")
    .description("try an account without asking a model anything; exit code 1 when it cannot be used")
    .argument("<kind>", "agent, tracker or forge")
    .argument("<id>", "name of the account")
    .option("--config <path>", "workflow file that the agent's options are taken from (default: WORKFLOW.md)")
    .option("--json", "print a document")
    .addHelpText("after", examples("verify claude work", "verify github bot --json"))
    .action(async (given: string, id: string, options: CommonOptions & { readonly config?: string }) => {
      const kind = kindOf(given);
      const { clock } = await cli.app();
      await withAccounts(cli, async (place) => {
        const { leasedAt, releasedAt, ...entry } = requireAccount(place, kind, id);
        const { ok, sentence } = await verify(cli, place, { ...entry, leasedAt, releasedAt }, options.config);
        place.book.put({ ...entry, verified: { at: clock.now(), ok, sentence } });
        tell(cli, options, { kind, id, ok, sentence }, `${kind}/${id}: ${sentence}`);
        if (!ok) cli.exitCode = EXIT.failure;
      });
    });
}

async function verify(cli: Cli, place: AccountsPlace, entry: KnownAccount, path: string | undefined) {
  const { kind, id, login } = entry;
  try {
    if (login === "key" && (await place.store.read(kind, id)) === null) {
      return { ok: false, sentence: "Its key is not in the credential store." };
    }
    const { agents } = await place.kinds();
    if (!agents.includes(kind)) {
      return { ok: true, sentence: `Its key can be opened; \`maestro smoke\` tries it against ${kind}.` };
    }
    return await probe(cli, kind, id, path);
  } catch (error) {
    const { code, message } = toMaestroError(error);
    if (code === "aborted") throw error;
    return { ok: false, sentence: message };
  }
}

/** Looks at the agent as a run on this account would get it. */
async function probe(cli: Cli, kind: string, id: string, path: string | undefined) {
  const app = await cli.app();
  const project = await app.locate(path === undefined ? {} : { path });
  const workflow = await app.workflow(project);
  const choice = agentsOf(workflow).find((agent) => agent.kind === kind);
  if (choice === undefined) {
    throw new MaestroError({
      code: "usage",
      message: `The workflow file names no agent of the kind ${kind}, so its options are not known.`,
    });
  }
  const trial = await openAgentTrial(app, await app.agent(project, { ...choice, account: id }));
  try {
    const { startupTimeoutMs } = workflow.agent;
    const found = await withDeadline(app.clock, startupTimeoutMs, cli.terminal.signal, (signal) => trial.probe(signal));
    if (found === null) return { ok: true, sentence: "The agent does not say which login it uses." };
    const broken = found.steps.find((step) => !step.ok && step.id !== "version");
    if (!found.ok) return { ok: false, sentence: broken?.sentence ?? "The agent does not start." };
    return found.login === null
      ? { ok: false, sentence: "The agent starts and finds no login." }
      : { ok: true, sentence: `The agent starts and uses ${found.login}.` };
  } finally {
    await trial.close();
  }
}

/** Adds `accounts leases`. */
export function addLeases(group: Command, cli: Cli): void {
  group
    .command("leases")
    .description("say which runs use which account now; of all services of this user")
    .argument("[kind]", "only of this agent")
    .argument("[id]", "only of this account")
    .option("--release <work>", "take one away that should not be there; its run goes on")
    .option("--json", "print a document")
    .addHelpText("after", examples("leases", "leases codex work --json"))
    .action(
      async (
        given: string | undefined,
        id: string | undefined,
        options: CommonOptions & { readonly release?: string },
      ) => {
        await withAccounts(cli, async ({ book }) => {
          await freeDead(book);
          if (options.release !== undefined && !book.release(options.release)) throw noLease(options.release);
          const kind = given === undefined ? undefined : kindOf(given);
          const leases = book
            .leases()
            .filter((lease) => (kind ?? lease.kind) === lease.kind && (id ?? lease.id) === lease.id)
            .map(({ kind: of, id: name, workId, workflowId, laneId, run, pid, takenAt }) => ({
              ...{ account: `${of}/${name}`, work_id: workId, workflow: workflowId, lane_id: laneId, run, pid },
              taken_at: new Date(takenAt).toISOString(),
            }));
          if (options.json === true) return cli.printJson({ version: 1, leases });
          const rows = leases.map((row) => [
            ...[row.account, row.workflow, row.lane_id, String(row.run), row.taken_at, String(row.pid), row.work_id],
          ]);
          for (const line of table(["ACCOUNT", "WORKFLOW", "LANE", "RUN", "SINCE", "PID", "WORK"], rows))
            cli.print(line);
          if (rows.length === 0) cli.print("No account is used.");
        });
      },
    );
}

function noLease(work: string): MaestroError {
  return new MaestroError({
    code: "unknown_lease",
    message: `No lease belongs to the work ${work}.`,
    hint: "`maestro accounts leases` lists them.",
  });
}
