import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { MaestroError } from "../base/errors.ts";
import { nearestOf } from "../base/nearest.ts";
import { packagePath } from "../base/package-path.ts";
import { type CatalogueReading, type Offer, readCatalogue } from "./catalogue.ts";
import { copyFolder, fetchSource, withoutLogin } from "./fetch.ts";
import { keptFile } from "./kept-file.ts";
import { validateMarketplaceIndex } from "./schema.gen.ts";
import { parseSource } from "./source.ts";

/** A catalogue that this user has added, or the packaged one. */
export interface Marketplace {
  readonly name: string;
  /** As it was added, without a login; `null` for the packaged one. */
  readonly source: string | null;
  readonly sha: string | null;
  readonly catalogue: CatalogueReading;
}

/** What the marketplaces are kept in. */
export interface MarketplacePlace {
  /** `~/.maestro`. */
  readonly home: string;
  readonly cwd: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Adds a catalogue; what was there under its name is replaced. Throws the codes of `parseSource`, `fetchSource`, `readCatalogue`, and `name_reserved`. */
export async function addMarketplace(place: MarketplacePlace, text: string): Promise<Marketplace> {
  const source = parseSource(text, place.cwd);
  const fetched = await fetchSource(source, join(place.home, "staging"), place.signal);
  try {
    const { name } = await readCatalogue(fetched.directory);
    if (name === (await packaged()).name) {
      throw new MaestroError({ code: "name_reserved", message: `"${name}" is the name of the packaged catalogue.` });
    }
    const folder = folderOf(place, name);
    const beside = `${folder}.new`;
    await rm(beside, { recursive: true, force: true });
    await copyFolder(fetched.directory, beside);
    await rm(folder, { recursive: true, force: true });
    await rename(beside, folder);
    const kept = source.kind === "folder" ? source.path : withoutLogin(text.trim());
    const entry = { source: kept, sha: fetched.sha, updated_at: new Date(place.clock.now()).toISOString() };
    await indexOf(place).update((index) => ({ ...index, marketplaces: { ...index.marketplaces, [name]: entry } }));
    return { name, source: kept, sha: fetched.sha, catalogue: await readCatalogue(folder) };
  } finally {
    await fetched.dispose();
  }
}

/** All catalogues, the packaged one first. One that cannot be read any more throws its code. */
export async function listMarketplaces(place: MarketplacePlace): Promise<readonly Marketplace[]> {
  const catalogue = await packaged();
  const { marketplaces } = await indexOf(place).read();
  const added = await Promise.all(
    Object.entries(marketplaces).map(async ([name, { source, sha }]) => ({
      ...{ name, source, sha },
      catalogue: await readCatalogue(folderOf(place, name)),
    })),
  );
  return [{ name: catalogue.name, source: null, sha: null, catalogue }, ...added];
}

/** Fetches one catalogue, or all that were added, again. Throws `unknown_marketplace` and what adding throws. */
export async function updateMarketplaces(
  place: MarketplacePlace,
  name: string | null,
): Promise<readonly Marketplace[]> {
  const { marketplaces } = await indexOf(place).read();
  const names = name === null ? Object.keys(marketplaces) : [await knownName(place, name)];
  const updated: Marketplace[] = [];
  for (const each of names) {
    const entry = marketplaces[each];
    if (entry !== undefined) updated.push(await addMarketplace(place, entry.source));
  }
  return updated;
}

/** Forgets a catalogue; what was installed from it stays. Throws `unknown_marketplace`. */
export async function removeMarketplace(place: MarketplacePlace, name: string): Promise<void> {
  const known = await knownName(place, name);
  await indexOf(place).update(({ marketplaces, ...index }) => {
    const { [known]: _, ...others } = marketplaces;
    return { ...index, marketplaces: others };
  });
  await rm(folderOf(place, known), { recursive: true, force: true });
}

/** The offer that `name` or `name@marketplace` means. Throws `unknown_plugin`, also when several catalogues offer it, naming them. */
export async function findOffer(place: MarketplacePlace, wanted: string): Promise<Offer & { readonly from: string }> {
  const [name = "", from] = wanted.split("@");
  const all = await listMarketplaces(place);
  const offers = all
    .filter((marketplace) => from === undefined || marketplace.name === from)
    .flatMap((marketplace) => marketplace.catalogue.offers.map((offer) => ({ ...offer, from: marketplace.name })));
  const [found, ...others] = offers.filter((offer) => offer.name === name);
  if (found !== undefined && others.length === 0) return found;
  if (found !== undefined) {
    const choices = [found, ...others].map((offer) => `${name}@${offer.from}`);
    throw unknownPlugin(wanted, `is offered more than once: ${choices.join(", ")}`, "say which one");
  }
  const near = nearestOf(
    name,
    offers.map((offer) => offer.name),
  );
  const hint = near === undefined ? "`maestro plugins search` lists what there is" : `did you mean "${near}"?`;
  throw unknownPlugin(wanted, "is in no catalogue, and it is no folder or Git URL", hint);
}

function unknownPlugin(name: string, why: string, hint: string): MaestroError {
  return new MaestroError({ code: "unknown_plugin", message: `The plugin "${name}" ${why}.`, hint });
}

async function knownName(place: MarketplacePlace, name: string): Promise<string> {
  const known = Object.keys((await indexOf(place).read()).marketplaces);
  if (known.includes(name)) return name;
  const near = nearestOf(name, known);
  throw new MaestroError({
    code: "unknown_marketplace",
    message: `There is no marketplace "${name}"; added: ${known.join(", ") || "none"}.`,
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
  });
}

/** Reads what comes with the package, whose root is laid out like any repository with a catalogue. */
function packaged(): Promise<CatalogueReading> {
  return readCatalogue(packagePath("."));
}

function folderOf({ home }: MarketplacePlace, name: string): string {
  return join(home, "marketplaces", name);
}

function indexOf({ home, clock }: MarketplacePlace) {
  return keptFile({
    path: join(home, "marketplaces", "index.json"),
    validate: validateMarketplaceIndex,
    empty: { version: 1, marketplaces: {} },
    clock,
  });
}
