import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { newPlace } from "../e2e/ground.ts";
import { MAIN } from "../e2e/program.ts";

/** A block of the guide that is written to a file, or a command with lines that its output must have. */
type Step =
  | { readonly file: string; readonly text: string }
  | { readonly command: string; readonly expected: readonly string[] };

function stepsOf(markdown: string): readonly Step[] {
  return [...markdown.matchAll(/^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].flatMap(
    ([, language, file, text = ""]): Step[] => {
      if (file !== undefined) return [{ file, text }];
      if (language !== "console") return [];
      return text.split(/^\$ /m).flatMap((part) => {
        const [command = "", ...expected] = part.trimEnd().split("\n");
        return command === "" ? [] : [{ command, expected }];
      });
    },
  );
}

it("leads to a tracker that works, line by line", async () => {
  const steps = stepsOf(await readFile("docs/guides/plugins.md", "utf8"));
  expect(steps.filter((step) => "file" in step).map(({ file }) => file)).toEqual([
    "shelf/dev.maestro/index.js",
    "WORKFLOW.md",
    "shelf.json",
  ]);
  expect(steps.filter((step) => "command" in step).length).toBeGreaterThan(10);
  const { root, cwd, home } = await newPlace();
  const bin = join(root, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "maestro"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, { mode: 0o755 });
  const env = { PATH: `${bin}:${process.env.PATH ?? ""}`, HOME: home, MAESTRO_HOME: home, USER: "tester" };
  for (const step of steps) {
    if ("file" in step) {
      await mkdir(dirname(join(cwd, step.file)), { recursive: true });
      await writeFile(join(cwd, step.file), step.text);
      continue;
    }
    const { command, expected } = step;
    const { exitCode, all } = await execa("sh", ["-c", command], {
      cwd,
      env,
      extendEnv: false,
      all: true,
      reject: false,
    });
    expect([command, exitCode, all]).toEqual([command, 0, expect.anything()]);
    for (const line of expected) expect(all, command).toContain(line);
  }
});
