import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { addPluginInstall } from "./install.ts";
import { addPluginInfo, addPluginList, addPluginSearch } from "./look.ts";
import { addPluginSwitches } from "./switches.ts";
import { addPluginNew, addPluginValidate } from "./write.ts";

const EXAMPLES = `
Examples:
  maestro plugins search tracker
  maestro plugins install todo-txt               from a catalogue
  maestro plugins install ./plugins/mine         from a folder
  maestro plugins install --frozen               exactly what plugins.lock.json says
  maestro plugins validate ./plugins/mine`;

/** `maestro plugins`. */
export function fillPlugins(group: Command, cli: Cli): void {
  group.addHelpText("after", EXAMPLES);
  addPluginSearch(group, cli);
  addPluginInstall(group, cli);
  addPluginList(group, cli);
  addPluginInfo(group, cli);
  addPluginSwitches(group, cli);
  addPluginValidate(group, cli);
  addPluginNew(group, cli);
}
