import { MaestroError } from "../../base/errors.ts";
import type { Forge } from "../../contracts/forge.ts";
import type { App, Project, Target } from "../app.ts";
import { findChange } from "../change/forge-session.ts";
import type { Cli } from "../cli.ts";
import { using } from "../reading.ts";
import { type Probe, runSmoke } from "./probes.ts";
import { count } from "./tracker.ts";

/** What `maestro smoke forge` is asked for. */
export interface ForgeSmokeOptions {
  readonly change?: string;
  readonly confirmWrites?: boolean;
  /** Milliseconds. */
  readonly timeoutS: number;
  readonly json?: boolean;
}

/** `maestro smoke forge`. Throws what finding the workflow file throws. */
export async function smokeForge(cli: Cli, target: Target, options: ForgeSmokeOptions): Promise<void> {
  const { change: wanted, confirmWrites, timeoutS: limitMs, json = false } = options;
  const app = await cli.app();
  const project = await app.locate(target);
  await runSmoke(cli, { name: "forge", limitMs, json }, async (probe) => {
    const [opened, base] = await probe("config", async () => {
      const { path, repo } = await app.workflow(project);
      const forge = await app.forge(project);
      const kind = repo?.provider.kind ?? forge.value.kind;
      return [[forge, repo?.baseBranch ?? ""], `${path} is valid, its forge is "${kind}"`];
    });
    await using(opened, async (forge) => {
      await probe("health", async (signal) => [await forge.health({ signal }), "it can be reached and read"]);
      await probe("base-branch", async (signal) => {
        const head = await forge.branchHead(base, { signal });
        if (head === undefined) throw noBase(base);
        return [head, `"${base}" is at ${head.slice(0, 10)}`];
      });
      await probe("list-changes", async (signal) => {
        const changes = await forge.list({ state: "open" }, { signal });
        return [changes, `${count(changes.length, "open change")}`];
      });
      if (confirmWrites) await writeAndCleanUp(probe, { app, project, forge, base });
      if (wanted === undefined) return;
      const change = await probe("fetch-change", async (signal) => {
        const found = await findChange({ forge, call: { signal } }, wanted);
        return [found, `#${found.id} "${found.title}" is ${found.state}`];
      });
      await probe("diff", async (signal) => {
        const diff = await forge.diff(change.id, { signal });
        return [diff, count(diff === "" ? 0 : diff.trimEnd().split("\n").length, "line")];
      });
    });
  });
}

interface Place {
  readonly app: App;
  readonly project: Project;
  readonly forge: Forge;
  readonly base: string;
}

/** Pushes a branch, makes a change of it, and takes both back. A forge that keeps no Git is not written to. */
async function writeAndCleanUp(probe: Probe, { app, project, forge, base }: Place): Promise<void> {
  const trial = await app.gitTrial(project, forge);
  if (trial === null) return;
  await using(trial, async ({ branch, push }) => {
    try {
      const headSha = await probe("push", async (signal) => {
        const sha = await push(signal);
        return [sha, `${sha.slice(0, 10)} is on "${branch}"`];
      });
      const title = "Maestro smoke test";
      const body = "Made by `maestro smoke forge --confirm-writes` and closed at once.";
      await probe("open-change", async (signal) => {
        const change = await forge.ensureChange({ branch, base, headSha, title, body }, { signal });
        return [change, `change #${change.id} asks for it`];
      });
    } finally {
      await cleanUp(probe, forge, branch);
    }
  });
}

/** Looks for what there is: a change whose answer was lost is closed too. */
async function cleanUp(probe: Probe, forge: Forge, branch: string): Promise<void> {
  try {
    await probe("close-change", async (signal) => {
      const change = await forge.findChange(branch, { signal });
      if (change?.state !== "open") return [null, "no change is open"];
      return [await forge.close(change.id, { signal }), `change #${change.id} is closed`];
    });
  } finally {
    await probe("delete-branch", async (signal) => {
      const result = await forge.deleteBranch(branch, null, { signal });
      return [result, result === "already" ? "there is no branch" : `"${branch}" is gone`];
    });
  }
}

function noBase(branch: string): MaestroError {
  return new MaestroError({
    code: "forge_not_found",
    message: `The forge has no branch "${branch}".`,
    hint: "Correct repo.base_branch in the workflow file, or push the branch.",
    facts: { branch },
  });
}
