import { join } from "node:path";
import { contain } from "./contained.ts";
import type { Findings } from "./finding.ts";
import { addSchemaFindings, type LocatedFile, readLocated } from "./located-file.ts";
import { validateMcpFile, validateMcpServer } from "./schema.gen.ts";
import type { McpServer } from "./schema.ts";

/** MCP servers of a plugin, by name. */
export type McpServers = Readonly<Record<string, McpServer>>;

const FILE = "mcp.json";
/** Set by whoever starts the server, so a plugin may not. */
const RESERVED = ["PLUGIN_ROOT", "PLUGIN_DATA"];
const LOOPBACK = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$)/;

/** The servers of a plugin's `mcp.json` that are good; a bad file has none, a bad server is skipped. */
export async function readMcp(directory: string, findings: Findings): Promise<McpServers> {
  const located = await readLocated(join(directory, FILE), FILE, findings);
  if (located === undefined) return {};
  const file: unknown = located.data;
  if (!validateMcpFile(file)) {
    addSchemaFindings(located, validateMcpFile.errors ?? [], findings, ["$schema", "mcpServers"]);
    return {};
  }
  const servers: Record<string, McpServer> = {};
  for (const [name, server] of Object.entries(file.mcpServers)) {
    const below: LocatedFile = { data: server, place: (path) => located.place(["mcpServers", name, ...path]) };
    if (!validateMcpServer(server)) {
      findings.error(below.place([]), "is no stdio, streamable-http or sse server of Agent Plugins 1.0.0");
      continue;
    }
    if (await isSound(directory, server, below, findings)) servers[name] = server;
  }
  return servers;
}

async function isSound(
  directory: string,
  server: McpServer,
  { place }: LocatedFile,
  findings: Findings,
): Promise<boolean> {
  const faults: [string[], string][] = [];
  if (server.type === "stdio") {
    for (const key of RESERVED) if (key in (server.env ?? {})) faults.push([["env", key], "is set by the client"]);
    for (const [key, path] of [
      ["command", server.command],
      ["cwd", server.cwd],
    ] as const) {
      if (path?.startsWith("./") !== true) continue;
      const found = await contain(directory, path);
      if (!found.ok) faults.push([[key], found.message]);
    }
  } else {
    if (!server.url.startsWith("https:") && !LOOPBACK.test(server.url)) faults.push([["url"], "must be https"]);
    const names = Object.keys(server.headers ?? {}).map((name) => name.toLowerCase());
    if (new Set(names).size < names.length) faults.push([["headers"], "names one header twice"]);
    if (names.includes("authorization")) faults.push([["headers"], "must hold no credential"]);
  }
  for (const [path, message] of faults) findings.error(place(path), message);
  return faults.length === 0;
}
