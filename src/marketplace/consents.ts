import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { MaestroError } from "../base/errors.ts";
import { keptFile } from "./kept-file.ts";
import type { Plugin } from "./plugin.ts";
import { validateConsentFile } from "./schema.gen.ts";

/** What a plugin would run on this machine, in words for the person who consents; empty when it runs nothing. */
export function whatRuns({ maestro, mcpServers }: Plugin): readonly string[] {
  const kinds = Object.entries(maestro?.provides ?? {}).flatMap(([axis, names]) =>
    names.length === 0 ? [] : [`${axis}: ${names.join(", ")}`],
  );
  const code =
    maestro?.code === undefined ? [] : [`code with Maestro's own rights (${kinds.join("; ") || "no kinds"})`];
  const hooks = Object.keys(maestro?.hooks ?? {}).map(
    (hook) => `the hook ${hook}, run with your shell in each workspace`,
  );
  const servers = Object.entries(mcpServers).map(([name, server]) =>
    server.type === "stdio"
      ? `the MCP server ${name}, started beside agents: ${server.command}`
      : `the MCP server ${name} at ${server.url}`,
  );
  // A skill is text for agents; its scripts run when an agent chooses to, within the agent's own bounds.
  return [...code, ...hooks, ...servers];
}

/** Whose code this user lets run: per plugin, version and content. */
export class Consents {
  readonly #file;
  readonly #clock: Clock;

  constructor(home: string, clock: Clock) {
    this.#clock = clock;
    this.#file = keptFile({
      path: join(home, "plugins", "consents.json"),
      validate: validateConsentFile,
      empty: { version: 1, consents: [] },
      clock,
      mode: 0o600,
    });
  }

  /** Whether exactly this content may run. Throws `kept_file_invalid`. */
  async has({ name, version, contentHash }: Pick<Plugin, "name" | "version" | "contentHash">): Promise<boolean> {
    const { consents } = await this.#file.read();
    return consents.some(
      (one) => one.plugin === name && one.plugin_version === version && one.content_hash === contentHash,
    );
  }

  async give({ name, version, contentHash }: Plugin): Promise<void> {
    if (await this.has({ name, version, contentHash })) return;
    const at = new Date(this.#clock.now()).toISOString();
    const consent = { plugin: name, plugin_version: version, content_hash: contentHash, at };
    await this.#file.update((file) => ({ ...file, consents: [...file.consents, consent] }));
  }

  /** Takes back every consent to a plugin. */
  async withdraw(name: string): Promise<void> {
    await this.#file.update((file) => ({ ...file, consents: file.consents.filter(({ plugin }) => plugin !== name) }));
  }
}

/** Throws `consent_missing` unless this user lets exactly this content run. */
export async function requireConsent(plugin: Plugin, home: string, clock: Clock): Promise<void> {
  if (await new Consents(home, clock).has(plugin)) return;
  const { name, version, directory } = plugin;
  throw new MaestroError({
    code: "consent_missing",
    message: `The plugin ${name} ${version} runs on this machine, and nobody here has consented to it: ${whatRuns(plugin).join("; ")}.`,
    hint: `Look at it in ${directory}, then \`maestro plugins enable ${name} --consent\`.`,
    facts: { plugin: name },
  });
}
