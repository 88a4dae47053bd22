import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Repository } from "../git-http/index.ts";
import { FakeServer, type ServerOptions } from "../shared/fake-server.ts";
import { Store } from "../shared/store.ts";
import { type GithubLimits, LIMITS, RateLimit } from "./rate-limit.ts";
import { createData, type GithubSeed } from "./seed.ts";
import { serveGithub } from "./service.ts";
import type { GithubData } from "./state.ts";
import { findRepo, orThrow, World } from "./world.ts";

export { checkReply } from "./rest-schema.ts";

export interface FakeGithubOptions extends ServerOptions {
  readonly seed?: GithubSeed;
  /** Where the data is kept; read again when it is there. The repositories then lie beside it. */
  readonly stateFile?: string;
  readonly limits?: Partial<GithubLimits>;
  /** For how long reads still show the past after every change; default 0. */
  readonly lagMs?: number;
  /** How long an entry stays in the merge queue; default 0: until the next request. */
  readonly queueMs?: number;
}

export interface FakeGithub {
  /** Base of the API; GraphQL is at `/graphql`, a repository at `/<owner>/<name>.git`. */
  readonly url: string;
  readonly server: FakeServer;
  /** Live: to look at, and to change as nobody's call would. */
  readonly data: GithubData;
  /** The repository on disk. */
  git(owner: string, name: string): Repository;
  close(): Promise<void>;
}

export async function startFakeGithub(options: FakeGithubOptions = {}): Promise<FakeGithub> {
  const server = new FakeServer(options);
  const { now } = server.clock;
  const folder =
    options.stateFile === undefined ? mkdtempSync(join(tmpdir(), "fake-github-")) : `${options.stateFile}.git`;
  const store = new Store(createData(options.seed), now, options.stateFile);
  const world = new World(server, store, folder);
  for (const repo of store.state.repos) {
    const files = options.seed?.repos?.find(({ owner, name }) => owner === repo.owner && name === repo.name)?.files;
    const by = { name: repo.owner, email: `${repo.owner}@users.noreply.github.com`, at: Math.floor(now() / 1000) };
    world.git(repo).create(repo.defaultBranch, files ?? { "README.md": `# ${repo.name}\n` }, by);
  }
  const limit = new RateLimit({ ...LIMITS, ...options.limits }, now);
  const lags = { lagMs: options.lagMs ?? 0, queueMs: options.queueMs ?? 0 };
  await server.start(serveGithub({ world, limit, ...lags }), options.port ?? 0);
  return {
    url: server.url,
    server,
    data: store.state,
    git: (owner, name) => world.git(orThrow(findRepo(store.state, owner, name))),
    close: async () => {
      await server.close();
      if (options.stateFile === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
