// Who may import whom: section 3 of the design as data. `dev/house/boundaries.ts` reads it.

export interface Layer {
  /** Units, or a path inside one unit, that this layer may import. */
  may: readonly string[];
  /** Units of `may` of which only types may be imported. */
  typesOnly?: readonly string[];
  /** May not import a package or a part of Node, except the schema library in a schema file. */
  pure?: true;
}

const VOCABULARY = ["contracts", "model", "base"];
const FEATURE: Layer = { may: [...VOCABULARY, "policy"] };
const DISPLAY: Layer = {
  may: ["model", "record", "orchestrator/commands", "base"],
  typesOnly: ["model"],
};
const SERVICE_PARTS = ["workflow", "record", "engine", "tools", "governance", "conductor", "marketplace"];

/** The parts of Maestro in which each folder of adapters holds one unit per kind. */
export const AXES = ["trackers", "forges", "agents", "runtimes"];

export const ADAPTER: Layer = { may: VOCABULARY };

export const LAYERS: Readonly<Record<string, Layer>> = {
  base: { may: [] },
  model: { may: ["base"], pure: true },
  contracts: { may: ["model", "base"] },
  policy: { may: ["model"], pure: true },
  workflow: FEATURE,
  record: FEATURE,
  engine: FEATURE,
  github: ADAPTER,
  git: FEATURE,
  workspace: FEATURE,
  tools: FEATURE,
  governance: FEATURE,
  conductor: FEATURE,
  marketplace: FEATURE,
  runs: { may: ["workspace", "git", "tools", "workflow", "record", "engine", ...FEATURE.may] },
  recovery: { may: ["workspace", "git", ...FEATURE.may] },
  lanes: { may: ["record", ...FEATURE.may] },
  orchestrator: { may: [...SERVICE_PARTS, "lanes", ...FEATURE.may] },
  http: DISPLAY,
  // It runs in a browser: what it needs of the service comes over HTTP.
  dashboard: { may: ["model"], typesOnly: ["model"] },
  tui: DISPLAY,
  cli: {
    may: [...SERVICE_PARTS, "lanes", "orchestrator", "runs", "git", "workspace", "http", "tui", ...FEATURE.may],
  },
  main: { may: ["app", "cli"] },
};

/** Single permissions beyond the layers. They are part of the table, not exceptions from it. */
export const SIBLINGS: readonly { from: string; to: string; reason: string }[] = [
  { from: "workspace", to: "git", reason: "checks out and salvages through the host's Git" },
  { from: "engine", to: "record", reason: "leases live in the record's transactions" },
  { from: "forges/github", to: "github", reason: "issues and changes are reached by one client with one allowance" },
  { from: "trackers/github", to: "github", reason: "issues and changes are reached by one client with one allowance" },
  { from: "forges/local", to: "git", reason: "its changes are branches of a bare repository" },
  { from: "trackers/conductor", to: "conductor", reason: "its issues are the conductor's tasks" },
];

/** Imported file by file: these folders are nothing but public face. */
export const OPEN_UNITS = ["base", "model", "contracts"];

/** Files other than `index.ts` that other units may import, by path below src. */
export const FACES: readonly { path: string; importers: readonly string[] }[] = [
  { path: "orchestrator/commands", importers: ["http", "tui", "app"] },
  { path: "record/views", importers: ["http", "tui"] },
  { path: "cli/app.ts", importers: ["app"] },
  // Their options are checked together with the keys that lead to GitHub.
  { path: "github/schema", importers: ["forges/github", "trackers/github"] },
];

/** These reach files and processes only through the runtime they are handed, so that they work over SSH and in a simulation. */
export const RUNTIME_ONLY = ["runs", "workspace", "git", "agents"];
export const BEHIND_RUNTIME = /^(?:(?:node:)?(?:fs|fs\/promises|child_process)|execa|chokidar)$/;
