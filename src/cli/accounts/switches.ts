import type { Command } from "commander";
import { accountOf, FOR_GOOD, PAUSED_BY_PERSON } from "../../model/account.ts";
import type { KeyKind } from "../../governance/index.ts";
import { Option } from "commander";
import type { Cli } from "../cli.ts";
import { instant } from "../option-values.ts";
import {
  type CommonOptions,
  entryOf,
  examples,
  kindOf,
  type LimitOptions,
  requireAccount,
  tell,
  withAccounts,
  withLimits,
} from "./place.ts";

/** Adds what changes whether, and how often, an account is used. */
export function addSwitches(group: Command, cli: Cli): void {
  addPause(group, cli);
  addResume(group, cli);
  addSwitch(group, cli, "enable", true);
  addSwitch(group, cli, "disable", false);
  addLimit(group, cli);
  addRemove(group, cli);
  addRotate(group, cli);
}

function addPause(group: Command, cli: Cli): void {
  about(group, "pause", "start nothing on an account for a while, in no service; what runs goes on")
    .option("--until <instant>", "when it ends by itself; default: when it is resumed", instant)
    .option("--reason <text>", "why, for everybody who looks")
    .addHelpText(
      "after",
      examples("pause codex work", 'pause codex work --until 2026-12-01 --reason "month is used up"'),
    )
    .action(
      async (
        given: string,
        id: string,
        options: CommonOptions & { readonly until?: number; readonly reason?: string },
      ) => {
        const { clock } = await cli.app();
        const kind = kindOf(given);
        await withAccounts(cli, async ({ book }) => {
          const now = clock.now();
          const until = options.until ?? FOR_GOOD;
          const sentence = options.reason ?? "A person asked for it.";
          const pause = { account: accountOf(kind, id), at: now, until, published: false, strikes: 0 };
          book.pause({ ...pause, code: PAUSED_BY_PERSON, sentence });
          const end = options.until === undefined ? null : new Date(until).toISOString();
          const words = end === null ? `until \`maestro accounts resume ${kind} ${id}\`` : `until ${end}`;
          tell(cli, options, { kind, id, paused_until: end }, `${kind}/${id} is paused ${words}.`);
        });
      },
    );
}

function addResume(group: Command, cli: Cli): void {
  about(group, "resume", "end a pause, also one that a provider is the reason of")
    .addHelpText("after", examples("resume codex work"))
    .action(async (given: string, id: string, options: CommonOptions) => {
      const kind = kindOf(given);
      await withAccounts(cli, async ({ book }) => {
        const resumed = book.resume(accountOf(kind, id));
        const sentence = resumed ? `${kind}/${id} goes on.` : `${kind}/${id} was not paused.`;
        tell(cli, options, { kind, id, resumed }, sentence);
      });
    });
}

function addSwitch(group: Command, cli: Cli, name: "enable" | "disable", enabled: boolean): void {
  const about_ = enabled ? "let an account be used again" : "use an account for nothing until it is enabled";
  about(group, name, about_)
    .addHelpText("after", examples(`${name} codex work`))
    .action(async (given: string, id: string, options: CommonOptions) => {
      const kind = kindOf(given);
      await withAccounts(cli, async (place) => {
        const { leasedAt, releasedAt, ...entry } = requireAccount(place, kind, id);
        place.book.put({ ...entry, enabled });
        tell(cli, options, { kind, id, enabled }, `${kind}/${id} is switched ${enabled ? "on" : "off"}.`);
      });
    });
}

function addLimit(group: Command, cli: Cli): void {
  withLimits(group.command("limit"))
    .description("say how often, and for how much, an account may be used")
    .argument("<kind>", "agent, tracker or forge")
    .argument("<id>", "name of the account")
    .addHelpText("after", examples("limit codex work --runs 2", "limit claude team --daily-tokens 5000000"))
    .action(async (given: string, id: string, options: LimitOptions) => {
      const kind = kindOf(given);
      await withAccounts(cli, async (place) => {
        const { leasedAt, releasedAt, ...entry } = requireAccount(place, kind, id);
        const next = { ...entryOf(entry, entry, options), verified: entry.verified };
        place.book.put(next);
        const { limit, cooldownMs, dailyTokens } = next;
        const facts = { kind, id, limit, cooldown_ms: cooldownMs, daily_token_budget: dailyTokens };
        tell(cli, options, facts, `${kind}/${id}: runs ${limit ?? "as the workflow says"}.`);
      });
    });
}

function addRemove(group: Command, cli: Cli): void {
  about(group, "remove", "forget an account with its login or key; what it has used stays on record")
    .addHelpText("after", examples("remove codex work"))
    .action(async (given: string, id: string, options: CommonOptions) => {
      const kind = kindOf(given);
      await withAccounts(cli, async (place) => {
        const { login } = requireAccount(place, kind, id);
        await place.store.remove(kind, id);
        // The login of the machine is not ours to remove.
        if (login === "own") await place.removeFolder(kind, id);
        place.book.remove(kind, id);
        tell(cli, options, { kind, id, removed: true }, `${kind}/${id} is removed.`);
      });
    });
}

function addRotate(group: Command, cli: Cli): void {
  group
    .command("rotate-key")
    .description("seal all kept keys and tokens with a new key, in the same place or in another one")
    .addOption(new Option("--key <place>", "where the new key is kept").choices(["keyring", "file", "environment"]))
    .option("--json", "print a document")
    .addHelpText("after", examples("rotate-key", "rotate-key --key keyring"))
    .action(async (options: CommonOptions & { readonly key?: KeyKind }) => {
      await withAccounts(cli, async ({ store }) => {
        const { keyIn, keyId, count } = await store.rotate(options.key);
        const facts = { key_in: keyIn, key_id: keyId, credentials: count };
        tell(cli, options, facts, `${count} credentials are sealed with the new key ${keyId}, kept in: ${keyIn}.`);
      });
    });
}

function about(group: Command, name: string, description: string): Command {
  return group
    .command(name)
    .description(description)
    .argument("<kind>", "agent, tracker or forge")
    .argument("<id>", "name of the account")
    .option("--json", "print a document");
}
