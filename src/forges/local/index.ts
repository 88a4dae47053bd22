import type { ForgeProvider } from "../../contracts/forge.ts";
import { LocalForge } from "./client.ts";
import { LocalStore } from "./local-store.ts";
import { parseLocalOptions, readLocalOptions } from "./options.ts";
import { ensureRepository } from "./repository.ts";
import { SocketStore } from "./socket-store.ts";
import { storeParts } from "./store-parts.ts";

/** A forge on this machine: a bare Git repository with a folder of change files beside it. */
export const localForge: ForgeProvider = {
  kind: "local",
  can: ["reviews", "publishChecks", "merge"],
  secretKeys: [],
  parseOptions: parseLocalOptions,
  open: async (options, context) => {
    const { repository, socket } = readLocalOptions(options, context);
    if (socket !== null) return new LocalForge(repository, new SocketStore(socket), context);
    const { clock, random } = context;
    await ensureRepository(repository, context.repository, clock, new AbortController().signal);
    return new LocalForge(repository, new LocalStore(storeParts(repository, clock, random)), context);
  },
};
