import { type Command, Option } from "commander";
import { API_ROLES, type ApiRole } from "../model/api-token.ts";
import type { Cli } from "./cli.ts";
import { table } from "./table.ts";
import { targetOf, withTarget } from "./target.ts";

interface TokenOptions {
  readonly json?: boolean;
  readonly role: ApiRole;
}

const EXAMPLES = `
Examples:
  maestro token create ci --role read       a token for a program that only looks; printed once
  maestro token create bot --role operate   one that may also retry, park, approve …
  maestro token list
  maestro token revoke ci                   refused from now on, also by a running service`;

/** `maestro token`: rights to the API of one project, for programs. */
export function fillToken(token: Command, cli: Cli): void {
  token.addHelpText("after", EXAMPLES);
  const roles = new Option("--role <role>", "what it may do").choices(API_ROLES).default("read");
  withTarget(token.command("create <name>"))
    .description("make a token and print it, once")
    .addOption(roles)
    .option("--json", "print a document")
    .addHelpText("after", "\nExamples:\n  maestro token create ci --role read")
    .action(async (name: string, _options: TokenOptions, command: Command) => {
      const { role, json } = command.optsWithGlobals<TokenOptions>();
      const made = await (await tokensOf(cli, command)).create(name, role);
      if (json) cli.printJson({ version: 1, name, role, token: made });
      else cli.printExact(made);
    });
  withTarget(token.command("list"))
    .description("show names and roles")
    .option("--json", "print a document")
    .addHelpText("after", "\nExamples:\n  maestro token list")
    .action(async (_options: TokenOptions, command: Command) => {
      const tokens = (await tokensOf(cli, command)).list().map(({ name, role, createdAt }) => {
        return { name, role, created_at: new Date(createdAt).toISOString() };
      });
      if (command.optsWithGlobals<TokenOptions>().json) return cli.printJson({ version: 1, tokens });
      if (tokens.length === 0) return cli.print("There are no tokens. `maestro token create <name>` makes one.");
      const rows = tokens.map(({ name, role, created_at }) => [name, role, created_at]);
      cli.print(...table(["NAME", "ROLE", "CREATED"], rows));
    });
  withTarget(token.command("revoke <name>"))
    .description("forget a token")
    .option("--json", "print a document")
    .addHelpText("after", "\nExamples:\n  maestro token revoke ci")
    .action(async (name: string, _options: TokenOptions, command: Command) => {
      await (await tokensOf(cli, command)).revoke(name);
      if (command.optsWithGlobals<TokenOptions>().json) return cli.printJson({ version: 1, revoked: name });
      cli.print(`The token ${name} is refused from now on.`);
    });
}

async function tokensOf(cli: Cli, command: Command) {
  const app = await cli.app();
  return app.apiTokens(await app.locate(targetOf(command, undefined)));
}
