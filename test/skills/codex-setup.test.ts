import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { newFolder, script } from "./ground.ts";

const INSTALL = "codex-setup/install.sh";

it("shows, writes, and replaces nothing of a person's without being told to", async () => {
  const root = newFolder();
  const to = join(root, "codex");
  const dry = await script(root, INSTALL, "--dry-run", to);
  expect([dry.code, dry.text.match(/^would write /gm)?.length, existsSync(to)]).toEqual([0, 5, false]);
  expect(await script(root, INSTALL, to)).toMatchObject({
    code: 0,
    text: expect.stringMatching(/^written .*scout\.toml/),
  });
  expect(readdirSync(join(to, "agents")).sort()).toEqual(["analyst.toml", "scout.toml", "skeptic.toml"]);
  const again = await script(root, INSTALL, to);
  expect([again.code, again.text.match(/^as it is /gm)?.length]).toEqual([0, 5]);

  const mine = 'model_reasoning_effort = "low"\n';
  writeFileSync(join(to, "agents/scout.toml"), mine);
  writeFileSync(join(to, "config.toml"), 'model = "mine"\n');
  const kept = await script(root, INSTALL, to);
  expect(kept).toMatchObject({
    code: 1,
    text: expect.stringMatching(/kept .*scout\.toml[\s\S]*lacks: agents\.scout agents\.skeptic agents\.analyst/),
  });
  expect(readFileSync(join(to, "agents/scout.toml"), "utf8")).toBe(mine);

  const replaced = await script(root, INSTALL, "--replace", to);
  expect(replaced.text).toContain("scout.toml.before");
  expect(readFileSync(join(to, "agents/scout.toml.before"), "utf8")).toBe(mine);
  expect(readFileSync(join(to, "config.toml"), "utf8")).toBe('model = "mine"\n');
  expect((await script(root, INSTALL, "--wrong")).code).toBe(2);
});
