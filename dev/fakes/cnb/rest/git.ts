import type { Reply } from "../../shared/http.ts";
import type { CnbRepo } from "../state.ts";
import { at } from "../views.ts";
import { orThrow, userNamed } from "../world.ts";
import { type Ask, hereOf, page, type Route } from "./ask.ts";

const READ = { scope: "repo-code:r" };

/** Commits, from the repository on disk. */
export const GIT_ROUTES: Record<string, Route> = {
  "GET /{repo}/-/git/commits": { ...READ, query: ["sha", "author", "committer", "since", "until"], answer: list },
  "GET /{repo}/-/git/commits/{ref}": {
    ...READ,
    answer: (ask) => ({ status: 200, body: commitView(ask, hereOf(ask), resolve(ask, ask.params.ref ?? "")) }),
  },
};

/** Newest first. */
function list(ask: Ask): Reply {
  const repo = hereOf(ask);
  const tip = resolve(ask, ask.query.get("sha") ?? repo.defaultBranch);
  const shas = ask.world.git(repo).git(["rev-list", "--max-count=1000", tip]).split("\n");
  return { status: 200, body: page(ask, shas, (sha) => commitView(ask, repo, sha)) };
}

function resolve(ask: Ask, name: string): string {
  const git = ask.world.git(hereOf(ask));
  return orThrow(git.head(name) ?? (/^[0-9a-f]{40}$/.test(name) && git.isAncestor(name, name) ? name : undefined));
}

export function commitView({ world, data }: Pick<Ask, "world" | "data">, repo: CnbRepo, sha: string) {
  const [parents = "", name = "", email = "", authored = "0", committed = "0", ...message] = world
    .git(repo)
    .git(["show", "--no-patch", "--format=%P%n%an%n%ae%n%at%n%ct%n%B", sha])
    .split("\n");
  const author = { name, email, date: at(Number(authored) * 1000) };
  const committer = { name, email, date: at(Number(committed) * 1000) };
  const { username } = userNamed(data, name);
  return {
    sha,
    commit: { message: message.join("\n").trim(), author, committer },
    author: { username },
    parents: parents
      .split(" ")
      .filter(Boolean)
      .map((parent) => ({ sha: parent })),
  };
}
