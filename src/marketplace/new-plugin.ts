import { join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { MaestroError } from "../base/errors.ts";
import { makeFolder } from "../base/folder.ts";
import { exists } from "../base/presence.ts";
import { PLUGIN_API_VERSION } from "../contracts/plugin.ts";
import { EXTENSION } from "./plugin.ts";

/** The axes that a new plugin can begin with. */
export const NEW_PLUGIN_AXES = ["skills", "tracker", "tool"] as const;
export type NewPluginAxis = (typeof NEW_PLUGIN_AXES)[number];

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Writes a plugin that is good as it stands, to be filled in. Throws `usage` for a bad name, `file_exists`. Returns the files, relative to the folder. */
export async function writeNewPlugin(directory: string, name: string, axis: NewPluginAxis): Promise<readonly string[]> {
  return writeFiles(directory, name, pluginFiles(name, axis));
}

/** Writes a skill to be filled in. Throws like `writeNewPlugin`. */
export async function writeNewSkill(directory: string, name: string): Promise<readonly string[]> {
  return writeFiles(directory, name, { "SKILL.md": skillText(name) });
}

async function writeFiles(
  directory: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  if (!NAME.test(name) || name.length > 64) {
    throw new MaestroError({
      code: "usage",
      message: `"${name}" cannot be a name: small letters, digits and single dashes, beginning with a letter, at most 64.`,
    });
  }
  if (await exists(directory)) {
    throw new MaestroError({ code: "file_exists", message: `${directory} is there already; nothing was written.` });
  }
  for (const [file, text] of Object.entries(files)) {
    const path = join(directory, file);
    await makeFolder(join(path, ".."));
    await writeFileAtomic(path, text);
  }
  return Object.keys(files);
}

function pluginFiles(name: string, axis: NewPluginAxis): Record<string, string> {
  const kind = name.replaceAll("-", "_");
  const provides = { skills: undefined, tracker: { trackers: [kind] }, tool: { tools: [kind] } }[axis];
  const maestro =
    provides === undefined ? undefined : { api: `^${PLUGIN_API_VERSION}`, code: "./dev.maestro/index.js", provides };
  const manifest = {
    $schema: "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json",
    name,
    version: "0.1.0",
    description: "What it does, in one sentence.",
    license: "Apache-2.0",
    ...(maestro === undefined ? {} : { extensions: { [EXTENSION]: maestro } }),
  };
  const code = { skills: undefined, tracker: trackerCode(kind), tool: toolCode(kind) }[axis];
  return {
    "plugin.json": `${JSON.stringify(manifest, null, 2)}\n`,
    ...(code === undefined ? { [`skills/${name}/SKILL.md`]: skillText(name) } : { "dev.maestro/index.js": code }),
  };
}

function skillText(name: string): string {
  return `---
name: ${name}
description: What it does, and when to use it. Use when …
---

# ${name}

1. The first step.
`;
}

function toolCode(kind: string): string {
  return `// A tool that profiles can name. It is given its arguments after they fit the schema.
export function activate(api) {
  api.tool({
    name: "${kind}",
    description: "Says what it was given.",
    mutates: false,
    inputSchema: {
      type: "object",
      additionalProperties: false,
      required: ["text"],
      properties: { text: { type: "string", minLength: 1, maxLength: 1000 } },
    },
    async call(args, { issue }) {
      return { ok: true, code: "ok", text: \`\${issue.identifier}: \${args.text}\` };
    },
  });
}
`;
}

function trackerCode(kind: string): string {
  return `// A tracker without issues. docs/guides/plugins.md fills it in, step by step.
export function activate(api) {
  const refuse = (verb) => {
    throw api.error({ code: "tracker_status", message: \`The ${kind} tracker cannot \${verb} yet.\` });
  };
  api.tracker({
    kind: "${kind}",
    lifecycle: { activeStates: ["todo"], terminalStates: ["done"] },
    secretKeys: [],
    parseOptions: (options) => options,
    async open() {
      return {
        kind: "${kind}",
        capabilities: { move: false, comment: false, label: false, create: false, watch: false },
        issuesByStates: async () => [],
        issuesByIds: async () => [],
        issueByIdentifier: async () => undefined,
        move: async () => refuse("move issues"),
        comments: async () => [],
        ensureComment: async () => refuse("comment"),
        comment: async () => refuse("comment"),
        label: async () => refuse("label"),
        create: async () => refuse("create issues"),
        watch: () => () => undefined,
        health: async () => undefined,
        close: async () => undefined,
      };
    },
  });
}
`;
}
