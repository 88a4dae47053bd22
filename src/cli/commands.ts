import type { Command } from "commander";
import type { Cli } from "./cli.ts";

/** A command as the list of all commands needs it. */
interface Entry {
  readonly name: string;
  readonly description: string;
  /** What stands behind the name, each with what it is. */
  readonly arguments?: readonly (readonly [name: string, about: string])[];
  /** Reads what the command is made of: options, examples, its action, its own commands. */
  readonly load: () => Promise<(command: Command, cli: Cli) => void>;
}

const PATH = ["[path]", "the workflow file (default: WORKFLOW.md)"] as const;
const REQUEST = ["<request>", "id of a request, e.g. SHOP-3.1; `maestro approvals` lists them"] as const;
const ISSUE = ["<issue>", "identifier or id, e.g. SHOP-3"] as const;
const requests = async () => (await import("./requests.ts")).fillRequest;

/** All commands in the order in which help lists them. */
const COMMANDS: Readonly<Record<string, readonly Entry[]>> = {
  "Begin:": [
    {
      name: "init",
      description: "write a workflow file; asks nothing",
      arguments: [["[path]", "the file to write (default: WORKFLOW.md)"]],
      load: async () => (await import("./init.ts")).fillInit,
    },
    {
      name: "doctor",
      description: "check everything that a start needs, and say what mends it",
      arguments: [PATH],
      load: async () => (await import("./doctor/index.ts")).fillDoctor,
    },
    {
      name: "smoke",
      description: "try tracker, forge or agent of a workflow on its own",
      load: async () => (await import("./smoke/index.ts")).fillSmoke,
    },
    {
      name: "protocol",
      description: "look at how the workflow's agents speak with Maestro",
      load: async () => (await import("./protocol/index.ts")).fillProtocol,
    },
    {
      name: "workflow",
      description: "check the workflow file, show its prompt, and say where a value comes from",
      load: async () => (await import("./workflow/index.ts")).fillWorkflow,
    },
  ],
  "Run:": [
    {
      name: "run",
      description: "poll once and see what it starts through",
      arguments: [PATH],
      load: async () => (await import("./start/run.ts")).fillRun,
    },
    {
      name: "daemon",
      description: "run until it is stopped, in the foreground",
      arguments: [PATH],
      load: async () => (await import("./start/daemon.ts")).fillDaemon,
    },
    { name: "pause", description: "start nothing new; what runs goes on", arguments: [PATH], load: requests },
    { name: "resume", description: "start issues again", arguments: [PATH], load: requests },
    {
      name: "drain",
      description: "start nothing new, and end the service after the last run",
      arguments: [PATH],
      load: requests,
    },
    {
      name: "stop",
      description: "end the service now; what runs is broken off and goes on at the next start",
      arguments: [PATH],
      load: requests,
    },
  ],
  "Look:": [
    {
      name: "status",
      description: "show what runs, what waits and why; with and without a running service",
      arguments: [PATH],
      load: async () => (await import("./status.ts")).fillStatus,
    },
    {
      name: "token",
      description: "make, list and revoke tokens for programs that use the API",
      load: async () => (await import("./token.ts")).fillToken,
    },
    {
      name: "open",
      description: "print a fresh link to the page of the running service",
      arguments: [PATH],
      load: async () => (await import("./open.ts")).fillOpen,
    },
    {
      name: "explain",
      description: "say why an issue runs, waits or is parked, and what you can do",
      arguments: [ISSUE],
      load: async () => (await import("./explain/index.ts")).fillExplain,
    },
    {
      name: "runs",
      description: "list the runs that were started last",
      arguments: [PATH],
      load: async () => (await import("./runs.ts")).fillRuns,
    },
    {
      name: "usage",
      description: "say what issues, days, agents and accounts have used, in tokens, money and time",
      arguments: [PATH],
      load: async () => (await import("./usage.ts")).fillUsage,
    },
    {
      name: "show",
      description: "show what came of a run, or of an issue's newest one",
      arguments: [["<run|issue>", "SHOP-3, SHOP-3/2, or the id of a lane or run"]],
      load: async () => (await import("./show/index.ts")).fillShow,
    },
    {
      name: "logs",
      description: "print what an agent was told and said",
      arguments: [["<issue|run>", "SHOP-3, SHOP-3/2, or the id of a lane or run"]],
      load: async () => (await import("./logs/index.ts")).fillLogs,
    },
    {
      name: "preview",
      description: "print the prompt that an issue's next run would get",
      arguments: [ISSUE],
      load: async () => (await import("./preview.ts")).fillPreview,
    },
  ],
  "Act:": [
    {
      name: "lane",
      description: "look at one issue's lane, answer its agent, stop its work, start it again, park it",
      load: async () => (await import("./lane/index.ts")).fillLane,
    },
    {
      name: "approvals",
      description: "list what waits for a person's yes, and what agents ask",
      arguments: [PATH],
      load: async () => (await import("./approvals.ts")).fillApprovals,
    },
    {
      name: "approve",
      description: "say yes to a request, or answer an agent's question",
      arguments: [REQUEST],
      load: async () => (await import("./approvals.ts")).fillAnswer,
    },
    {
      name: "deny",
      description: "say no to a request, and why",
      arguments: [REQUEST],
      load: async () => (await import("./approvals.ts")).fillAnswer,
    },
    {
      name: "recover",
      description: "look for what was left behind: leases, workspaces, branches, issues; and mend it",
      arguments: [PATH],
      load: async () => (await import("./recover.ts")).fillRecover,
    },
    { name: "unpark", description: "let a parked issue go on", arguments: [ISSUE], load: requests },
    {
      name: "retry",
      description: "start an issue again at once instead of waiting",
      arguments: [ISSUE],
      load: requests,
    },
  ],
  "By hand:": [
    {
      name: "issue",
      description: "read and write issues in the workflow's tracker",
      load: async () => (await import("./issue/index.ts")).fillIssue,
    },
    {
      name: "change",
      description: "look at changes, review and merge them on the workflow's forge",
      load: async () => (await import("./change/index.ts")).fillChange,
    },
    {
      name: "accounts",
      description: "keep logins and keys of agents, trackers and forges, and say how they are used",
      load: async () => (await import("./accounts/index.ts")).fillAccounts,
    },
    {
      name: "record",
      description: "check, export and prune the record of what happened",
      load: async () => (await import("./record/index.ts")).fillRecord,
    },
  ],
  "Extend:": [
    {
      name: "plugins",
      description: "install plugins, look at them, switch them, write them",
      load: async () => (await import("./plugins/index.ts")).fillPlugins,
    },
    {
      name: "skills",
      description: "choose what agents are taught here",
      load: async () => (await import("./skills/index.ts")).fillSkills,
    },
    {
      name: "marketplace",
      description: "add catalogues that plugins are offered in",
      load: async () => (await import("./marketplace/index.ts")).fillMarketplace,
    },
  ],
};

/** Adds every command. Only a command line that names one can ask for what is in it, so only the `wanted` ones are read. */
export async function addCommands(program: Command, cli: Cli, isWanted: (name: string) => boolean): Promise<void> {
  for (const [heading, entries] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    for (const { name, description, arguments: args = [], load } of entries) {
      const command = program.command(name).description(description);
      for (const [argument, about] of args) command.argument(argument, about);
      if (isWanted(name)) (await load())(command, cli);
    }
  }
}
