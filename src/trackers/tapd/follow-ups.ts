import type { IssueDraft } from "../../contracts/tracker.ts";
import type { TapdApi } from "./api.ts";
import type { Dependencies } from "./dependencies.ts";
import { ENTITIES, issueIdOf } from "./entities.ts";
import { impossible } from "./errors.ts";
import { type Found, refTo } from "./map.ts";
import { followUpHtml, isFollowUp } from "./marks.ts";
import type { TapdSettings } from "./options.ts";
import type { ItemReader } from "./reader.ts";
import { validateItem } from "./schema.gen.ts";
import type { ItemWriter } from "./writer.ts";

/** What follow-ups are made with. */
export interface FollowUpParts {
  readonly api: TapdApi;
  readonly settings: TapdSettings;
  readonly reader: ItemReader;
  readonly writer: ItemWriter;
  readonly dependencies: Dependencies;
}

/** Items that follow from others. The last line of such a description says from which, and its key; it is looked for before one is made. */
export class FollowUps {
  readonly #parts: FollowUpParts;
  /** Those made here, by item and key: a read need not show them yet. */
  readonly #made = new Map<string, string>();

  constructor(parts: FollowUpParts) {
    this.#parts = parts;
  }

  /** Makes the one item with this key that follows from another; one that was made only in part is ended. */
  async ensure(issueId: string, key: string, draft: IssueDraft, signal: AbortSignal): Promise<Found> {
    if (key.trim() === "") throw impossible("A follow-up's key must not be blank.");
    const { api, reader, writer, dependencies } = this.#parts;
    const from = await reader.get(issueId, signal);
    const work = async (): Promise<Found> => {
      const known = await this.#find(from, key, signal);
      const found =
        known === undefined
          ? await writer.create(draft, signal, followUpHtml(issueId, key))
          : await writer.finish(known, draft, signal, true);
      this.#made.set(`${issueId} ${key}`, issueIdOf(refTo(found)));
      const isLinkable = from.entity === "story" && found.entity === "story";
      if (isLinkable) await dependencies.link(from.item.id, found.item.id, signal);
      return found;
    };
    return api.turn(`follow-ups ${issueId}`, work, signal);
  }

  /** A follow-up is no older than what it follows from, and by the author that we write as. */
  async #find(from: Found, key: string, signal: AbortSignal): Promise<Found | undefined> {
    const { api, settings, reader } = this.#parts;
    const issueId = issueIdOf(refTo(from));
    const made = this.#made.get(`${issueId} ${key}`);
    if (made !== undefined) return reader.get(made, signal);
    const day = /^\d{4}-\d{2}-\d{2}/.exec(from.item.created ?? "")?.[0];
    for (const entity of settings.entities) {
      const { path, wrap, maker, fields } = ENTITIES[entity];
      const created = day === undefined ? undefined : `>${day} 00:00:00`;
      const params = { [maker]: settings.author, created, fields: fields.join(",") };
      const rows = await api.list(path, wrap, params, signal, true);
      const found = rows.find((row) => validateItem(row) && isFollowUp(row.description ?? "", issueId, key));
      if (found !== undefined && validateItem(found)) return { entity, item: found };
    }
    return undefined;
  }
}
