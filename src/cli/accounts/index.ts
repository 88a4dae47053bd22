import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { addImport, addLogin } from "./login.ts";
import { addLeases, addList, addVerify } from "./look.ts";
import { addSwitches } from "./switches.ts";

const EXAMPLES = `
Examples:
  maestro accounts login claude work
  maestro accounts import github bot --file token.txt
  maestro accounts list
  maestro accounts pause codex work --reason "month is used up"`;

/** `maestro accounts`: logins and keys, for all workflows of this user. */
export function fillAccounts(group: Command, cli: Cli): void {
  group.addHelpText("after", EXAMPLES);
  addLogin(group, cli);
  addImport(group, cli);
  addList(group, cli);
  addVerify(group, cli);
  addLeases(group, cli);
  addSwitches(group, cli);
}
