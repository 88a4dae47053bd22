import { join } from "node:path";
import { MaestroError } from "../base/errors.ts";
import { contain } from "./contained.ts";
import { type Finding, Findings } from "./finding.ts";
import { addSchemaFindings, type LocatedFile, readLocated } from "./located-file.ts";
import { validateCatalogue, validateCatalogueEntry, validateCatalogueSource } from "./schema.gen.ts";
import type { CatalogueEntry, CatalogueSource } from "./schema.ts";
import type { Source } from "./source.ts";

/** Where catalogues stand in a repository, in the order in which they are looked for. */
const FILES = [".agents/plugins/marketplace.json", ".claude-plugin/marketplace.json"];
/** Names that mean somebody else's catalogues (Claude Code refuses them, too). */
const RESERVED = /^(claude-|anthropic-|agent-skills$)/;

/** One plugin of a catalogue, with where it is to be had. */
export interface Offer {
  readonly name: string;
  readonly description: string;
  readonly category: string | null;
  readonly words: readonly string[];
  readonly source: Source;
  /** What the catalogue pins it to; `null`: whatever the ref shows. */
  readonly sha: string | null;
}

/** A catalogue that was read; bad entries are left out and stand in the findings. */
export interface CatalogueReading {
  readonly name: string;
  readonly offers: readonly Offer[];
  readonly findings: readonly Finding[];
}

/** Reads the catalogue of a repository's folder. Throws `no_catalogue`, `catalogue_invalid`. */
export async function readCatalogue(root: string): Promise<CatalogueReading> {
  for (const file of FILES) {
    const findings = new Findings();
    const located = await readLocated(join(root, file), file, findings);
    if (located !== undefined) return readEntries(root, located, findings);
    const [fault] = findings.all();
    if (fault !== undefined) throw invalid(fault.file, fault.message);
  }
  throw new MaestroError({
    code: "no_catalogue",
    message: `There is no catalogue in this source: neither ${FILES.join(" nor ")}.`,
    hint: "A single plugin is installed with `maestro plugins install <source>`.",
  });
}

async function readEntries(root: string, located: LocatedFile, findings: Findings): Promise<CatalogueReading> {
  const catalogue: unknown = located.data;
  if (!validateCatalogue(catalogue)) {
    addSchemaFindings(located, validateCatalogue.errors ?? [], findings);
    const [fault] = findings.all();
    throw invalid(fault?.file ?? "", `${fault?.key ?? ""} ${fault?.message ?? "is no catalogue"}`.trim());
  }
  if (RESERVED.test(catalogue.name)) findings.error(located.place(["name"]), "is reserved");
  const offers: Offer[] = [];
  for (const [at, entry] of catalogue.plugins.entries()) {
    const below: LocatedFile = { data: entry, place: (path) => located.place(["plugins", at, ...path]) };
    const offer = await readEntry(root, below, catalogue.metadata?.pluginRoot ?? "", findings);
    if (offer === undefined) continue;
    if (offers.some(({ name }) => name === offer.name)) findings.error(below.place(["name"]), "is there twice");
    else offers.push(offer);
  }
  return { name: catalogue.name, offers, findings: findings.all() };
}

async function readEntry(
  root: string,
  { data, place }: LocatedFile,
  pluginRoot: string,
  findings: Findings,
): Promise<Offer | undefined> {
  if (!validateCatalogueEntry(data)) {
    addSchemaFindings({ data, place }, validateCatalogueEntry.errors ?? [], findings);
    return undefined;
  }
  const entry: CatalogueEntry = data;
  // Claude's `pluginRoot` goes before a bare name.
  const isBare = typeof entry.source === "string" && !entry.source.startsWith(".") && pluginRoot !== "";
  const source: unknown = isBare ? `${pluginRoot.replace(/\/$/, "")}/${String(entry.source)}` : entry.source;
  if (!validateCatalogueSource(source)) {
    findings.error(place(["source"]), 'must be "./folder", or {source: local | url | git-subdir | github, …}');
    return undefined;
  }
  if (entry.policy?.installation === "NOT_AVAILABLE") return undefined;
  const found = await sourceOf(root, source);
  if (typeof found === "string") {
    findings.error(place(["source"]), found);
    return undefined;
  }
  if (found.source.kind === "git" && found.sha === null) findings.warn(place(["source"]), "is not pinned by a sha");
  const { name, description = "", category = null, keywords = [], tags = [] } = entry;
  return { name, description, category, words: [...keywords, ...tags], ...found };
}

async function sourceOf(
  root: string,
  source: CatalogueSource,
): Promise<{ readonly source: Source; readonly sha: string | null } | string> {
  if (typeof source === "string" || source.source === "local") {
    const found = await contain(root, typeof source === "string" ? source : source.path);
    return found.ok ? { source: { kind: "folder", path: found.path }, sha: null } : found.message;
  }
  const { sha = null, ref = null } = source;
  if (source.source === "github") {
    const url = `https://github.com/${source.repo}.git`;
    return { source: { kind: "git", url, ref: sha ?? ref, subfolder: null }, sha };
  }
  const subfolder = source.path?.replace(/^\.\//, "").replace(/\/+$/, "") ?? null;
  if (subfolder?.split("/").includes("..") === true) return 'must not contain ".."';
  const url = /^[\w.-]+\/[\w.-]+$/.test(source.url) ? `https://github.com/${source.url}.git` : source.url;
  return { source: { kind: "git", url, ref: sha ?? ref, subfolder }, sha };
}

function invalid(file: string, message: string): MaestroError {
  return new MaestroError({ code: "catalogue_invalid", message: `${file}: ${message}`, facts: { file } });
}
