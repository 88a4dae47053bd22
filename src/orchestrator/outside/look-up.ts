/** What the outside shows of an intent. */
export type LookUp = { readonly done: true; readonly result: string | null } | { readonly done: false };

export const FOUND_NOTHING: LookUp = { done: false };

/** The effect is there. */
export function found(result: string | null): LookUp {
  return { done: true, result };
}
