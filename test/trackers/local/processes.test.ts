import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { issueFiles, issueText, options } from "./folder.ts";

const PROGRAM = fileURLToPath(new URL("writer-process.ts", import.meta.url));
const ROUNDS = 8;

describe("two processes on one folder", () => {
  it("lose nothing of each other's writes", async () => {
    const files = issueFiles();
    files.write("ISS-1.md", issueText("Shared", "", "Text.\n").replace("Todo", "s0"));
    const { directory, stateDirectory } = files.context;
    const run = async (name: string) => {
      const args = ["--import", "tsx", PROGRAM, directory, stateDirectory, name, String(ROUNDS)];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 14_000 });
      const said: { moved: string[]; created: string[] } = JSON.parse(stdout);
      return said;
    };
    const [one, two] = await Promise.all([run("one"), run("two")]);
    const tracker = await files.open();
    const [issue] = await tracker.issuesByIds(["ISS-1"], options);
    const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
    const both = rounds.flatMap((round) => [`one-${round}`, `two-${round}`]);
    expect([...(issue?.labels ?? [])].sort()).toEqual(both.sort());
    const comments = await tracker.comments("ISS-1", null, options);
    expect(comments.filter(({ topic }) => topic === "workpad")).toHaveLength(1);
    const remarks = comments.filter(({ topic }) => topic === null).map(({ body }) => body.replace(" ", "-"));
    expect(remarks.sort()).toEqual(both);
    expect(issue?.description).toBe("Text.");
    // Each step of the state was won by exactly one of them.
    expect([...one.moved, ...two.moved].sort()).toEqual(rounds.map((round) => `s${round + 1}`));
    expect(issue?.state).toBe(`s${ROUNDS}`);
    const created = [...one.created, ...two.created];
    expect(new Set(created).size).toBe(2 * ROUNDS);
    expect(await tracker.issuesByStates(["Todo"], options)).toHaveLength(2 * ROUNDS);
    files.remove();
  });
});
