import { MaestroError } from "../../base/errors.ts";
import type { Target } from "../app.ts";
import { findChange } from "../change/forge-session.ts";
import type { Cli } from "../cli.ts";
import { using } from "../reading.ts";
import { runSmoke } from "./probes.ts";
import { count } from "./tracker.ts";

/** What `maestro smoke forge` is asked for. */
export interface ForgeSmokeOptions {
  readonly change?: string;
  /** Milliseconds. */
  readonly timeoutS: number;
  readonly json?: boolean;
}

/** `maestro smoke forge`. Throws what finding the workflow file throws. */
export async function smokeForge(cli: Cli, target: Target, options: ForgeSmokeOptions): Promise<void> {
  const { change: wanted, timeoutS: limitMs, json = false } = options;
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

function noBase(branch: string): MaestroError {
  return new MaestroError({
    code: "forge_not_found",
    message: `The forge has no branch "${branch}".`,
    hint: "Correct repo.base_branch in the workflow file, or push the branch.",
    facts: { branch },
  });
}
