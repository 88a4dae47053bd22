import { MaestroError } from "../../base/errors.ts";
import type { MergeMethod } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { CnbApi } from "./api.ts";
import { tooWeak } from "./errors.ts";
import { unlessHidden, type WriterBook } from "./people.ts";
import { validateListedPull, validateMergeSettings } from "./schema.gen.ts";

const SETTINGS = {
  merge: "allow_merge_commit_merge",
  squash: "allow_squash_merge",
  rebase: "allow_rebase_merge",
} as const;

/** Whether the token does: it reads changes and members, its owner may write, the way of merging is allowed. Throws what is not so. */
export async function checkHealth(
  api: CnbApi,
  writers: WriterBook,
  method: MergeMethod,
  options: CallOptions,
): Promise<void> {
  const { repository } = api.place;
  const self = await api.self(options);
  await api.get("/pulls", isPage, options, { page: "1", page_size: "1" });
  const known = await writers.read(options);
  if (known === null) {
    const hint = "Give it the scope repo-manage:r: without it nobody's approval counts.";
    throw tooWeak(repository, "it may not see who may write", hint);
  }
  if (!known.has(self.toLowerCase())) {
    throw tooWeak(
      repository,
      `${self} may not write there`,
      `Make ${self} a developer of the repository, or use another token.`,
    );
  }
  const settings = await unlessHidden(api.get("/settings/pull-request", validateMergeSettings, options));
  if (settings === undefined || settings[SETTINGS[method]]) return;
  throw new MaestroError({
    code: "forge_status",
    message: `${repository} does not allow to merge by ${method}.`,
    hint: "Set repo.provider.merge_method to what the repository allows, or allow it in its settings.",
    facts: { repository, merge_method: method },
  });
}

function isPage(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.every((one) => validateListedPull(one));
}
