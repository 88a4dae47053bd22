import { Type } from "typebox";
import { section, optionalText, count, names, texts } from "./words.ts";

const script = (when: string) => optionalText(`Shell script, run with \`sh -lc\` in the workspace ${when}.`);

const Workspace = section("Where the work is done.", {
  root: optionalText("Folder of all workspaces. Default: `workspaces` in the project's state folder."),
  strategy: Type.Enum(["worktree", "clone"], {
    default: "worktree",
    description: "`worktree`: the host commits. `clone`: the agent has a repository of its own. Default worktree.",
  }),
  min_free_bytes: Type.Integer({
    minimum: 0,
    default: 524_288_000,
    description: "Nothing is started with less free space, bytes. Default 500 MiB.",
  }),
});

const Hooks = section("The operator's scripts around a workspace's life.", {
  after_create: script("after it was made"),
  before_run: script("before every run"),
  after_run: script("after every run"),
  before_remove: script("before it is removed"),
  timeout_ms: count(60_000, "Longest time of one script, milliseconds."),
  env: texts("Added to the scripts' environment."),
});

const Observability = section("What the service says about itself, read when it starts.", {
  level: Type.Enum(["debug", "info", "warn", "error"], {
    default: "info",
    description: "The least important lines that are logged. Default info.",
  }),
  log_format: Type.Optional(
    Type.Enum(["text", "json"], {
      description: "How lines are written. Default: `json`, and `text` where a terminal shows them.",
    }),
  ),
  file_enabled: Type.Boolean({
    default: true,
    description: "Whether the log is written to `logs/maestro.log` in the project's state folder. Default true.",
  }),
  file_max_bytes: Type.Integer({
    minimum: 65_536,
    default: 10_485_760,
    description: "Longest log file, bytes; the next line begins a new one. Default 10 MiB.",
  }),
  file_keep: Type.Integer({
    minimum: 0,
    maximum: 1_000,
    default: 9,
    description: "How many full log files are kept beside the one that is written. Default 9.",
  }),
  redact_patterns: names(
    "Regular expressions (JavaScript, case counts) of what else is masked in log, record, transcripts, API answers, tool results and comments. Default none.",
    { default: [] },
  ),
  console_enabled: Type.Optional(
    Type.Boolean({
      description: "Whether the log also goes to stderr. Default: only warnings and errors, and only on a terminal.",
    }),
  ),
});

/** Where work is done, and the scripts around it. */
export const PLACE_SECTIONS = { workspace: Workspace, hooks: Hooks };

/** What the service says of itself. */
export const LOG_SECTION = { observability: Observability };
