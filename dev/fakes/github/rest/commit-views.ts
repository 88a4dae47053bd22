import { secondsIsoOf } from "../../shared/clock.ts";
import type { Json } from "../../shared/json.ts";
import { notFound } from "../refusal.ts";
import type { GithubRepo } from "../state.ts";
import { type Doing, nameOf } from "../world.ts";

export function commitView({ world }: Doing, repo: GithubRepo, sha: string): Json {
  const git = world.git(repo);
  if (git.resolve(sha) === undefined) throw notFound();
  const text = git.git(["show", "--no-patch", "--format=%H%n%T%n%P%n%an%n%ae%n%at%n%B", sha]);
  const [full = "", tree = "", parents = "", name, email, seconds, ...message] = text.split("\n");
  const url = `https://api.github.com/repos/${nameOf(repo)}`;
  const person = { name, email, date: secondsIsoOf(Number(seconds) * 1000) };
  return {
    sha: full,
    node_id: `C_${full}`,
    url: `${url}/commits/${full}`,
    html_url: `https://github.com/${nameOf(repo)}/commit/${full}`,
    comments_url: `${url}/commits/${full}/comments`,
    commit: {
      author: person,
      committer: person,
      message: message.join("\n").trim(),
      tree: { sha: tree, url: `${url}/git/trees/${tree}` },
      comment_count: 0,
      url,
    },
    author: null,
    committer: null,
    parents: parents
      .split(" ")
      .filter(Boolean)
      .map((parent) => ({ sha: parent, url: `${url}/commits/${parent}`, html_url: url })),
  };
}

export interface FileView extends Json {
  readonly filename: string;
  readonly additions: number;
  readonly deletions: number;
}

const STATUS: Record<string, string> = { A: "added", D: "removed", M: "modified", T: "changed" };

/** What `head` changes since it left `base`. */
export function fileViews({ world }: Doing, repo: GithubRepo, base: string, head: string): FileView[] {
  const git = world.git(repo);
  const range = `${base}...${head}`;
  const letters = new Map(
    lines(git.git(["diff", "--no-renames", "--name-status", range])).map(([letter = "", path = ""]) => [path, letter]),
  );
  return lines(git.git(["diff", "--no-renames", "--numstat", range])).map(([added, deleted, filename = ""]) => {
    const [additions, deletions] = [Number(added) || 0, Number(deleted) || 0];
    const patch = git.git(["diff", "--no-renames", range, "--", filename]).split("\n");
    const first = patch.findIndex((line) => line.startsWith("@@"));
    const letter = letters.get(filename) ?? "M";
    const at = letter === "D" ? base : head;
    const sha = git.git(["rev-parse", `${letter === "D" ? git.mergeBase(base, head) : at}:${filename}`]);
    const status = STATUS[letter] ?? "modified";
    return {
      sha,
      filename,
      status,
      additions,
      deletions,
      changes: additions + deletions,
      ...(first !== -1 && { patch: patch.slice(first).join("\n") }),
    };
  });
}

function lines(text: string): string[][] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t"));
}
