// Every template that an alias stands for, as a page: made from the parts that Maestro composes them from.
import { composeTemplate, listTemplates } from "../src/workflow/index.ts";

/** Where it is published. */
export const TEMPLATES = "docs/reference/templates.md";

export const TRACKERS = ["linear", "github", "tapd", "local", "memory"] as const;
export const FORGES = ["github", "cnb", "local", "memory", "no_repo"] as const;
export const AGENTS = ["codex", "claude_code", "opencode", "codebuddy_code", "gemini", "acp", "mock"] as const;

/** Nothing lies here: only the packaged parts are shown. */
const NOWHERE = "/nowhere";

const HEAD = `# Templates

Made by \`npm run reference\` from the parts in \`templates/\`. \`maestro --template <tracker>/<forge>/<agent>\` starts with one, \`maestro init --template
…\` writes it into a file. Any tracker goes with any forge and any agent; \`.<profile>\` behind the alias, or \`--profile\`, takes another profile
than the usual one. Parts of your own lie in \`.maestro/templates/{tracker,forge,agent,profile}/<kind>.md\` and win over these.

A variable in brackets may be unset: what refers to it then counts as left out.
`;

/** The aliases of all combinations, in the order of the page. */
export function allAliases(): string[] {
  return TRACKERS.flatMap((tracker) =>
    FORGES.flatMap((forge) => AGENTS.map((agent) => `${tracker}/${forge}/${agent}`)),
  );
}

/** The reference as Markdown. */
export async function templateReference(): Promise<string> {
  const whole = await listTemplates();
  const sections: string[] = [];
  for (const tracker of TRACKERS) {
    const rows: string[] = [];
    for (const forge of FORGES) {
      const { alias, environment, optional } = await composeTemplate(`${tracker}/${forge}/codex`, NOWHERE);
      const aliases = AGENTS.map((agent) => `${tracker}/${forge}/${agent}`);
      const shown = aliases.map((one) => `\`${one}\`${whole.includes(one) ? "*" : ""}`).join("<br>");
      const names = [...environment.map(({ name }) => `\`${name}\``), ...optional.map(({ name }) => `[\`${name}\`]`)];
      rows.push(`| ${shown} | ${alias.split(".")[1] ?? ""} | ${names.join("<br>")} |`);
    }
    sections.push(
      [`## ${tracker}\n`, "| alias | usual profile | variables |", "|---|---|---|", ...rows, ""].join("\n"),
    );
  }
  return [HEAD, ...sections, `* a file of its own, for trying things out.\n`, await variables()].join("\n");
}

/** What each variable is for. */
async function variables(): Promise<string> {
  const purposes = new Map<string, Set<string>>();
  for (const tracker of TRACKERS) {
    for (const forge of FORGES) {
      const { environment, optional } = await composeTemplate(`${tracker}/${forge}/codex`, NOWHERE);
      for (const { name, purpose } of [...environment, ...optional]) {
        purposes.set(name, (purposes.get(name) ?? new Set()).add(purpose));
      }
    }
  }
  const rows = [...purposes].map(([name, texts]) => `| \`${name}\` | ${[...texts].join("<br>")} |`);
  return ["## Variables\n", "| variable | what for |", "|---|---|", ...rows.sort(), ""].join("\n");
}
