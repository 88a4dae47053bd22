import { renameSync } from "node:fs";
import type { ForgeHarness } from "../../../src/contracts/conformance/forge.ts";
import type { Forge } from "../../../src/contracts/forge.ts";
import { localForge } from "../../../src/forges/local/index.ts";
import { forgePlace, pushFiles } from "../place.ts";
import type { HostPlace, RunningHost } from "./host-process.ts";

const FAULTS = { refused: "fail", lost_request: "lose_request", lost_answer: "lose_answer", stale: "stale" } as const;

type Harness = ForgeHarness & { dispose(): Promise<void> };

/** A local forge in this process as the conformance cases use it. */
export async function directHarness(): Promise<Harness> {
  const { context, repository, remove } = await forgePlace();
  const clients = new Set<Forge>();
  const open = async (): Promise<Forge> => {
    const client = await localForge.open({}, context);
    clients.add(client);
    return client;
  };
  const closeAll = async (): Promise<void> => {
    for (const client of clients) await client.dispose();
    clients.clear();
  };
  return {
    base: "main",
    open,
    reopen: async () => {
      await closeAll();
      return open();
    },
    push: async (branch, files) => pushFiles(repository, branch, files),
    makeConflict: async ({ branch }) => {
      pushFiles(repository, "main", { [`${branch.replaceAll("/", "-")}.txt`]: "other\n" });
    },
    sever: async () => renameSync(repository, `${repository}-away`),
    pause: () => context.clock.sleep(30),
    dispose: async () => {
      await closeAll();
      remove();
    },
  };
}

/** A local forge behind a socket. Every second client works on the same files without it. */
export async function hostHarness(start: (place: HostPlace) => Promise<RunningHost>): Promise<Harness> {
  const place = await forgePlace();
  const { context, checkout, repository } = place;
  const host = { root: place.root, repository, checkout };
  let running = await start(host);
  const clients = new Set<Forge>();
  const open = async (): Promise<Forge> => {
    const options = clients.size % 2 === 0 ? { repository, socket: running.socket } : { repository };
    const client = await localForge.open(options, context);
    clients.add(client);
    return client;
  };
  const closeAll = async (): Promise<void> => {
    for (const client of clients) await client.dispose();
    clients.clear();
  };
  return {
    base: "main",
    open,
    reopen: async () => {
      await closeAll();
      await running.kill("SIGKILL");
      running = await start(host);
      return open();
    },
    push: async (branch, files) => pushFiles(repository, branch, files),
    makeConflict: async ({ branch }) => {
      pushFiles(repository, "main", { [`${branch.replaceAll("/", "-")}.txt`]: "other\n" });
    },
    sever: () => running.kill("SIGTERM"),
    failNext: async (verb, fault) => running.plan(verb, FAULTS[fault]),
    pause: () => context.clock.sleep(30),
    dispose: async () => {
      await closeAll();
      await running.kill("SIGTERM");
      place.remove();
    },
  };
}
