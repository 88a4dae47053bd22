import type { Command } from "commander";
import type { Cli } from "../cli.ts";

export function addLaneShow(_group: Command, _cli: Cli): void {}
