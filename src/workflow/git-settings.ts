import type { RepoSettings } from "../model/workflow.ts";
import { resolvePath, resolveText } from "./environment.ts";
import { type Loading, report } from "./loading.ts";
import type { WorkflowFile } from "./schema/workflow-file.ts";

type RepoSection = NonNullable<WorkflowFile["repo"]>;

/** `repo.commit` and `repo.ssh`. What cannot work is a problem at its place, before anything is started. */
export function readGitSettings(loading: Loading, repo: RepoSection): Pick<RepoSettings, "commit" | "ssh"> {
  const ssh = repo.ssh === undefined ? undefined : readSsh(loading, repo.ssh);
  return { commit: readCommit(loading, repo.commit), ...(ssh === undefined ? {} : { ssh }) };
}

function readCommit(
  loading: Loading,
  { name, email, sign, key }: RepoSection["commit"],
): NonNullable<RepoSettings["commit"]> {
  const keys = ["repo", "commit"];
  if (sign === "ssh" && key === undefined)
    report(loading, [...keys, "key"], { message: "is missing: a signature by SSH needs the path of a key" });
  if (sign === "none" && key !== undefined)
    report(loading, [...keys, "key"], { message: "has no effect without sign: ssh or sign: gpg" });
  const at = [...keys, "key"];
  return {
    name: resolveText(loading, [...keys, "name"], name),
    email: resolveText(loading, [...keys, "email"], email),
    sign,
    key: key === undefined ? null : sign === "ssh" ? resolvePath(loading, at, key) : resolveText(loading, at, key),
  };
}

function readSsh(loading: Loading, ssh: NonNullable<RepoSection["ssh"]>): NonNullable<RepoSettings["ssh"]> {
  const pathOf = (name: "key" | "known_hosts"): string | null => {
    const written = ssh[name];
    return written === undefined ? null : resolvePath(loading, ["repo", "ssh", name], written);
  };
  if (ssh.auth === "key" && ssh.key === undefined)
    report(loading, ["repo", "ssh", "key"], { message: "is missing: auth: key needs the path of a key" });
  if (ssh.auth === "agent" && ssh.key !== undefined)
    report(loading, ["repo", "ssh", "key"], { message: "has no effect with auth: agent" });
  return { auth: ssh.auth, key: pathOf("key"), knownHosts: pathOf("known_hosts") };
}

/** Whether a remote is reached over SSH: `ssh://…`, or `host:path` as Git reads it. */
export function isSshRemote(remote: string): boolean {
  return /^ssh:\/\//i.test(remote) || /^(?:[^/@:]+@)?[^/:]+:(?!\/\/)/.test(remote);
}
