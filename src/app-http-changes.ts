import { MaestroError } from "./base/errors.ts";
import type { Forge } from "./contracts/forge.ts";
import type { ChangeReading } from "./http/index.ts";
import { changeDocument } from "./model/documents/change.ts";

/** The changes of the forge that the workflow in force names. */
export function changeReading(forge: () => Forge | null): ChangeReading {
  const needed = (): Forge => {
    const open = forge();
    if (open !== null) return open;
    throw new MaestroError({
      code: "no_forge",
      message: "This workflow has no repository, so it has no changes.",
      hint: "Add a `repo` section to the workflow file.",
    });
  };
  return {
    list: async (state, signal) => (await needed().list({ state }, { signal })).map(changeDocument),
    find: async (id, signal) => {
      const [change] = await needed().changesByIds([id], { signal });
      return change === undefined ? undefined : changeDocument(change);
    },
    diff: (id, signal) => needed().diff(id, { signal }),
  };
}
