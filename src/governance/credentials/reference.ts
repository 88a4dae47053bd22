import { MaestroError } from "../../base/errors.ts";
import { accountOf } from "../../model/account.ts";
import { dayOf } from "../../model/day.ts";
import type { AccountBook } from "../accounts/book.ts";
import type { CredentialStore } from "./store.ts";

const REFERENCE = /^credential:\/\/([A-Za-z0-9][A-Za-z0-9_-]{0,63})\/(\*|[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;

/** What references are resolved from. */
export interface ReferenceSources {
  readonly book: AccountBook;
  readonly store: CredentialStore;
  /** What `*` was resolved to before, by provider: a file that is read again keeps its credential as long as it may be used. */
  readonly chosen: Map<string, string>;
  readonly now: number;
}

/** The secret behind `credential://<provider>/<id or *>`; `*` is the one that is used least. Throws `credential_missing`, `credential_invalid_reference`. */
export async function resolveReference(reference: string, sources: ReferenceSources): Promise<string> {
  const [, provider = "", wanted = ""] = REFERENCE.exec(reference) ?? [];
  if (provider === "") {
    throw new MaestroError({
      code: "credential_invalid_reference",
      message: `"${reference}" is no reference to a credential.`,
      hint: "Write credential://<provider>/<id>, or credential://<provider>/* for the one that is used least.",
    });
  }
  const id = wanted === "*" ? leastUsed(provider, sources) : wanted;
  const entry = id === null ? undefined : sources.book.account(provider, id);
  const text = id === null || entry?.enabled !== true ? null : await sources.store.read(provider, id);
  if (id === null || text === null) throw missing(reference, provider, wanted, entry?.enabled === false);
  sources.chosen.set(provider, id);
  sources.book.touch(provider, id);
  return text;
}

function leastUsed(provider: string, { book, chosen, now }: ReferenceSources): string | null {
  const pauses = book.pauses();
  const isPaused = (id: string): boolean =>
    pauses.some(({ account, until }) => account === accountOf(provider, id) && until > now);
  const usable = book
    .accounts()
    .filter(({ kind, id, enabled, login }) => kind === provider && enabled && login === "key" && !isPaused(id));
  const kept = usable.find(({ id }) => id === chosen.get(provider));
  if (kept !== undefined) return kept.id;
  const used = book.used(dayOf(now, "UTC"));
  const tokens = (id: string): number => used.get(accountOf(provider, id))?.tokens ?? 0;
  const [best] = usable.toSorted(
    (left, right) => tokens(left.id) - tokens(right.id) || (left.leasedAt ?? 0) - (right.leasedAt ?? 0),
  );
  return best?.id ?? null;
}

function missing(reference: string, provider: string, wanted: string, isOff: boolean): MaestroError {
  const name = wanted === "*" ? "NAME" : wanted;
  return new MaestroError({
    code: "credential_missing",
    message: isOff ? `${reference} is switched off.` : `There is no credential for ${reference}.`,
    hint: isOff
      ? `\`maestro accounts enable ${provider} ${name}\` switches it on.`
      : `\`maestro accounts import ${provider} ${name} --file FILE\` keeps one.`,
    facts: { reference },
  });
}
