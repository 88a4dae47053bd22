import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { Branches } from "./branches.ts";
import { ChangeFiles } from "./change-files.ts";
import { ChangeView } from "./change-view.ts";
import { ForgeGit } from "./git.ts";
import { changesFolder } from "./repository.ts";

/** What a store works with; one set per repository and process. */
export interface StoreParts {
  readonly branches: Branches;
  readonly files: ChangeFiles;
  readonly view: ChangeView;
  readonly clock: Clock;
  readonly random: Random;
}

/** The parts over a repository that exists. */
export function storeParts(repository: string, clock: Clock, random: Random): StoreParts {
  const branches = new Branches(new ForgeGit(repository, clock), clock);
  const files = new ChangeFiles(changesFolder(repository), clock);
  return { branches, files, view: new ChangeView(branches), clock, random };
}
