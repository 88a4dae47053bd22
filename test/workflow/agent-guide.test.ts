import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtInKinds } from "../../src/app-kinds.ts";
import { agentsOf } from "../../src/model/agent-choice.ts";
import { LEAST, loadText, testKinds } from "./fixture.ts";

const GUIDE = readFileSync(join(import.meta.dirname, "../../docs/guides/agents.md"), "utf8");
const EXAMPLES = [...GUIDE.matchAll(/```yaml\n([\s\S]*?)```/g)].map((found) => found[1] ?? "");
const HEAD = LEAST.split("\n")
  .filter((line) => !line.startsWith("agent_provider"))
  .join("\n");

describe("the guide to agents", () => {
  test.each(EXAMPLES.map((text) => [/kind: (\w+)/.exec(text)?.[1], text]))(
    "its example of %s is valid",
    async (_, text) => {
      const kinds = { ...testKinds(), agents: builtInKinds().agents };
      const workflow = await loadText(`${HEAD}\n${text}`, { kinds });
      expect(agentsOf(workflow).length).toBeGreaterThan(0);
    },
  );

  test("has a row for every kind", () => {
    for (const kind of builtInKinds().agents.kinds()) expect(GUIDE).toContain(`| \`${kind}\` |`);
  });

  test("names the versions that the adapters were tested with", async () => {
    for (const [kind, version] of [
      ["opencode", "1.18.33"],
      ["gemini", "0.61.0"],
      ["claude_code", "2.1.329"],
    ] as const) {
      expect(GUIDE).toMatch(new RegExp(`\\| \`${kind}\` .*${version.replaceAll(".", "\\.")}`));
    }
  });
});
