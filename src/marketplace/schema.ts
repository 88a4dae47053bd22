import { type Static, Type } from "typebox";

const Text = Type.String({ minLength: 1 });
const Author = Type.Object(
  { name: Type.Optional(Text), email: Type.Optional(Text), url: Type.Optional(Text) },
  { additionalProperties: false },
);

/** Front matter of a SKILL.md (agentskills.io): exactly these keys. */
export type SkillFrontMatter = Static<typeof SkillFrontMatter>;
export const SkillFrontMatter = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, pattern: "^[a-z0-9]+(-[a-z0-9]+)*$" }),
    description: Type.String({ minLength: 1, maxLength: 1024 }),
    license: Type.Optional(Text),
    compatibility: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
    metadata: Type.Optional(Type.Record(Type.String(), Type.String())),
    "allowed-tools": Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

/** `plugin.json` of Agent Plugins 1.0.0. An unknown member is reported and ignored, so the schema is open. */
export type PluginManifest = Static<typeof PluginManifest>;
export const PluginManifest = Type.Object({
  $schema: Type.Literal("https://agent-plugins.org/schemas/1.0.0/plugin.schema.json"),
  name: Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: "^(?!.*(--|\\.\\.))[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
  }),
  version: Type.Optional(Text),
  description: Type.Optional(Type.String()),
  author: Type.Optional(Author),
  homepage: Type.Optional(Type.String()),
  repository: Type.Optional(Type.String()),
  license: Type.Optional(Type.String()),
  keywords: Type.Optional(Type.Array(Type.String())),
});

const Kinds = Type.Optional(Type.Array(Type.String({ pattern: "^[a-z][a-z0-9_]*$" }), { uniqueItems: true }));
const Path = Type.String({ pattern: "^\\./" });

/** What a plugin tells Maestro alone: `extensions["dev.maestro"]` (docs/decisions/plugins.md). */
export type MaestroExtension = Static<typeof MaestroExtension>;
export const MaestroExtension = Type.Object(
  {
    api: Type.String({ pattern: "^\\^?[0-9]+\\.[0-9]+$" }),
    code: Type.Optional(Path),
    provides: Type.Optional(
      Type.Object(
        { trackers: Kinds, forges: Kinds, agents: Kinds, placements: Kinds, tools: Kinds },
        { additionalProperties: false },
      ),
    ),
    profiles: Type.Optional(Path),
    templates: Type.Optional(Path),
    hooks: Type.Optional(
      Type.Object(
        {
          after_create: Type.Optional(Path),
          before_run: Type.Optional(Path),
          after_run: Type.Optional(Path),
          before_remove: Type.Optional(Path),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** `mcp.json` of Agent Plugins; each server is looked at by itself, because a bad one is skipped and the others stay. */
export type McpFile = Static<typeof McpFile>;
export const McpFile = Type.Object(
  {
    $schema: Type.Literal("https://agent-plugins.org/schemas/1.0.0/mcp.schema.json"),
    mcpServers: Type.Record(Type.String(), Type.Unknown()),
  },
  { additionalProperties: false },
);

const Texts = Type.Record(Type.String(), Type.String());

/** One server of an `mcp.json`. */
export type McpServer = Static<typeof McpServer>;
export const McpServer = Type.Union([
  Type.Object(
    {
      type: Type.Literal("stdio"),
      command: Type.String({ pattern: "^(\\./)?[^\\s$]+$" }),
      args: Type.Optional(Type.Array(Type.String())),
      env: Type.Optional(Texts),
      cwd: Type.Optional(Type.String({ pattern: "^(\\./|\\$\\{PLUGIN_(ROOT|DATA)\\})" })),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      type: Type.Union([Type.Literal("streamable-http"), Type.Literal("sse")]),
      url: Type.String({ pattern: "^https?://[^\\s@#]+$" }),
      headers: Type.Optional(Texts),
    },
    { additionalProperties: false },
  ),
]);

/** A hooks file, in the shape that Codex, Claude Code and Gemini share. */
export type HooksFile = Static<typeof HooksFile>;
export const HooksFile = Type.Object({
  hooks: Type.Record(
    Type.String(),
    Type.Array(
      Type.Object({
        matcher: Type.Optional(Type.String()),
        hooks: Type.Array(
          Type.Object({
            type: Text,
            command: Type.Optional(Text),
            timeout: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
          }),
        ),
      }),
    ),
  ),
});

/** What the manifests for single clients have in common; they keep more, which is theirs. */
export type ClientManifest = Static<typeof ClientManifest>;
export const ClientManifest = Type.Object({ name: Text, version: Type.Optional(Text) });

/** `.codex-plugin/plugin.json`, as far as it can be wrong. */
export type CodexManifest = Static<typeof CodexManifest>;
export const CodexManifest = Type.Object({
  name: Text,
  version: Type.Optional(Text),
  skills: Type.Optional(Type.Union([Path, Type.Array(Path)])),
  interface: Type.Optional(
    Type.Object({
      defaultPrompt: Type.Optional(
        Type.Union([Type.String({ maxLength: 128 }), Type.Array(Type.String({ maxLength: 128 }), { maxItems: 3 })]),
      ),
      brandColor: Type.Optional(Type.String({ pattern: "^#[0-9A-Fa-f]{6}$" })),
      screenshots: Type.Optional(Type.Array(Type.String({ pattern: "^\\./assets/.*\\.png$" }))),
    }),
  ),
});

const Sha = Type.String({ pattern: "^[0-9a-f]{40}$" });

/** Where an entry of a catalogue says that its plugin is. */
export type CatalogueSource = Static<typeof CatalogueSource>;
export const CatalogueSource = Type.Union([
  Type.String({ pattern: "^\\./" }),
  Type.Object({ source: Type.Literal("local"), path: Path }),
  Type.Object({
    source: Type.Union([Type.Literal("url"), Type.Literal("git-subdir")]),
    url: Text,
    path: Type.Optional(Text),
    ref: Type.Optional(Text),
    sha: Type.Optional(Sha),
  }),
  Type.Object({
    source: Type.Literal("github"),
    repo: Type.String({ pattern: "^[\\w.-]+/[\\w.-]+$" }),
    ref: Type.Optional(Text),
    sha: Type.Optional(Sha),
  }),
]);

/** A catalogue of plugins, Codex's or Claude's. Entries are looked at one by one: a bad one is skipped. */
export type Catalogue = Static<typeof Catalogue>;
export const Catalogue = Type.Object({
  name: Type.String({ pattern: "^[a-z0-9]+([-.][a-z0-9]+)*$", maxLength: 64 }),
  owner: Type.Optional(Type.Object({ name: Text })),
  metadata: Type.Optional(Type.Object({ pluginRoot: Type.Optional(Type.String()) })),
  plugins: Type.Array(Type.Unknown()),
});

/** One plugin of a catalogue. */
export type CatalogueEntry = Static<typeof CatalogueEntry>;
export const CatalogueEntry = Type.Object({
  name: Text,
  source: Type.Unknown(),
  description: Type.Optional(Type.String()),
  version: Type.Optional(Type.String()),
  category: Type.Optional(Type.String()),
  keywords: Type.Optional(Type.Array(Type.String())),
  tags: Type.Optional(Type.Array(Type.String())),
  policy: Type.Optional(
    Type.Object({
      installation: Type.Optional(
        Type.Union([Type.Literal("NOT_AVAILABLE"), Type.Literal("AVAILABLE"), Type.Literal("INSTALLED_BY_DEFAULT")]),
      ),
      authentication: Type.Optional(Type.Union([Type.Literal("ON_INSTALL"), Type.Literal("ON_USE")])),
    }),
  ),
});

/** Where something that was installed came from. */
const ORIGIN = {
  /** As it was asked for: a path, a Git URL, `name@marketplace`. */
  source: Text,
  ref: Type.Union([Text, Type.Null()]),
  /** Of the commit; `null` for a folder that is no Git work. */
  sha: Type.Union([Sha, Type.Null()]),
  /** Below the source's root; `null` for the root itself. */
  subfolder: Type.Union([Text, Type.Null()]),
  content_hash: Type.String({ pattern: "^sha256:[0-9a-f]{64}$" }),
};

/** `.maestro/plugins.lock.json`: what a project uses, exactly. */
export type LockFile = Static<typeof LockFile>;
export const LockFile = Type.Object(
  {
    version: Type.Literal(1),
    plugins: Type.Record(
      Type.String(),
      Type.Object({ ...ORIGIN, version: Text, enabled: Type.Boolean() }, { additionalProperties: false }),
    ),
    skills: Type.Record(Type.String(), Type.Object(ORIGIN, { additionalProperties: false })),
  },
  { additionalProperties: false },
);

/** `~/.maestro/plugins/consents.json`: whose code and hooks this user lets run. It never lies in a project, which could consent for itself. */
export type ConsentFile = Static<typeof ConsentFile>;
export const ConsentFile = Type.Object(
  {
    version: Type.Literal(1),
    consents: Type.Array(
      Type.Object(
        {
          plugin: Text,
          plugin_version: Text,
          content_hash: Text,
          /** ISO 8601. */
          at: Text,
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** `~/.maestro/marketplaces/index.json`: the catalogues that this user has added. */
export type MarketplaceIndex = Static<typeof MarketplaceIndex>;
export const MarketplaceIndex = Type.Object(
  {
    version: Type.Literal(1),
    marketplaces: Type.Record(
      Type.String(),
      Type.Object(
        { source: Text, sha: Type.Union([Sha, Type.Null()]), updated_at: Text },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
