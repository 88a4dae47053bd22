import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Repository } from "../git-http/repository.ts";
import { FakeServer, type ServerOptions } from "../shared/fake-server.ts";
import { Store } from "../shared/store.ts";
import { type CiReport, report } from "./ci.ts";
import { type CnbLimits, LIMITS, RateLimit } from "./rate-limit.ts";
import { type CnbSeed, createData } from "./seed.ts";
import { serveCnb } from "./service.ts";
import type { CnbData } from "./state.ts";
import { findRepo, orThrow, type Ways, World } from "./world.ts";

export interface FakeCnbOptions extends ServerOptions, Partial<Ways> {
  readonly seed?: CnbSeed;
  /** Where the data is kept; read again when it is there. The repositories then lie beside it. */
  readonly stateFile?: string;
  readonly limits?: Partial<CnbLimits>;
}

export interface FakeCnb {
  /** Base of the API; a repository is at `/<path>.git`. */
  readonly url: string;
  readonly server: FakeServer;
  /** Live: to look at, and to change as nobody's call would. */
  readonly data: CnbData;
  /** The repository on disk. */
  git(path: string): Repository;
  /** Speaks as CI does, for which the API has no call. */
  report(path: string, sha: string, said: CiReport): void;
  close(): Promise<void>;
}

export async function startFakeCnb(options: FakeCnbOptions = {}): Promise<FakeCnb> {
  const server = new FakeServer(options);
  const { now } = server.clock;
  const { seed, stateFile, lagMs = 0, mergeMs = 0, refusesSecondPull = false, hasOlderPayloads = false } = options;
  const folder = stateFile === undefined ? mkdtempSync(join(tmpdir(), "fake-cnb-")) : `${stateFile}.git`;
  const store = new Store(createData(seed), now, stateFile);
  const world = new World(server, store, { lagMs, mergeMs, refusesSecondPull, hasOlderPayloads }, folder);
  for (const repo of store.state.repos) {
    const files = seed?.repos?.find(({ path }) => path === repo.path)?.files ?? { "README.md": `# ${repo.path}\n` };
    world.git(repo).create(repo.defaultBranch, files, world.signature("cnb"));
  }
  const limit = new RateLimit({ ...LIMITS, ...options.limits }, now);
  await server.start(serveCnb({ world, limit }), options.port ?? 0);
  const repoAt = (path: string) => orThrow(findRepo(store.state, path));
  return {
    url: server.url,
    server,
    data: store.state,
    git: (path) => world.git(repoAt(path)),
    report: (path, sha, said) => report(world, repoAt(path), sha, said),
    close: async () => {
      await server.close();
      if (stateFile === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
