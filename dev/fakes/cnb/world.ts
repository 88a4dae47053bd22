import { join } from "node:path";
import { Repository, type Signature } from "../git-http/repository.ts";
import type { Call, FakeServer } from "../shared/fake-server.ts";
import type { Store } from "../shared/store.ts";
import { notFound } from "./refusal.ts";
import { takeId } from "./seed.ts";
import type { CnbData, CnbPull, CnbRepo, CnbUser } from "./state.ts";

/** What a test chooses about the service as a whole. */
export interface Ways {
  /** For how long readers still see the past. */
  readonly lagMs: number;
  /** How long a merge stays `merging`; 0: the answer brings the outcome. */
  readonly mergeMs: number;
  /** Whether a second open pull request from one branch to another is refused. */
  readonly refusesSecondPull: boolean;
  /** A merged pull request says `closed`, and `merged_by` tells. */
  readonly hasOlderPayloads: boolean;
}

/** The fake's parts in one hand: data, Git repositories, clock. */
export class World {
  readonly server: FakeServer;
  readonly store: Store<CnbData>;
  readonly ways: Ways;
  readonly #folder: string;
  /** Pulls whose mergeability is worked out: for which two commits, and the call that set it off. */
  readonly computed = new Map<string, { readonly commits: string; readonly by: Call }>();

  constructor(server: FakeServer, store: Store<CnbData>, ways: Ways, folder: string) {
    this.server = server;
    this.store = store;
    this.ways = ways;
    this.#folder = folder;
  }

  /** As it is now; a reader who lags is handed its own. */
  get data(): CnbData {
    return this.store.state;
  }

  get now(): number {
    return this.server.clock.now();
  }

  git({ path }: CnbRepo): Repository {
    return new Repository(join(this.#folder, `${path}.git`));
  }

  nextId(): string {
    return takeId(this.data);
  }

  signature(username: string): Signature {
    return { name: username, email: `${username}@noreply.cnb.cool`, at: Math.floor(this.now / 1000) };
  }
}

/** One request that is carried out. */
export interface Doing {
  readonly world: World;
  readonly call: Call;
  /** What this caller sees. */
  readonly data: CnbData;
  readonly actor: string;
}

export function findRepo(data: CnbData, path: string): CnbRepo | undefined {
  return data.repos.find((repo) => repo.path === path);
}

export function repoById(data: CnbData, id: string): CnbRepo {
  return orThrow(data.repos.find((repo) => repo.id === id));
}

export function findPull(data: CnbData, repo: CnbRepo, number: string): CnbPull {
  return orThrow(data.pulls.find((pull) => pull.repoId === repo.id && String(pull.number) === number));
}

export function userNamed(data: CnbData, username: string): CnbUser {
  return data.users.find((user) => user.username === username) ?? { username, nickname: username, isNpc: false };
}

export function orThrow<T>(value: T | undefined): T {
  if (value === undefined) throw notFound();
  return value;
}
