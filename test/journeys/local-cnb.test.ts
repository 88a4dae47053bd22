import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { temporaryFolder } from "../workflow/fixture.ts";
import { type CnbGround, cnbGround, expectOnce, loseAnswers, playReview } from "./cnb-ground.ts";

let ground: CnbGround | undefined;
afterEach(async () => {
  await ground?.dispose();
  ground = undefined;
});

it("takes an issue in a file to the merge on CNB over real Git, through a failed check, while answers get lost", async () => {
  const directory = temporaryFolder();
  ground = await cnbGround({ tracker: { kind: "local", provider: { directory } } });
  const { stage, run, start } = ground;
  const made = await run("issue", "new", "Greet", "--state", "Todo");
  expect([made.code, made.err]).toEqual([0, ""]);
  const stateOf = () => /^state: (.*)$/m.exec(readFileSync(join(directory, "ISS-1.md"), "utf8"))?.[1];
  loseAnswers(stage);
  const service = start();
  await playReview(ground, () => stateOf() === "Done");
  expect(await service.stop()).toBe("");
  expectOnce(stage);
});

it("is tried by smoke without a write", async () => {
  ground = await cnbGround({ tracker: { kind: "local" } });
  const smoke = await ground.run("smoke", "forge", "--json");
  expect([smoke.code, smoke.err]).toEqual([0, ""]);
  expect(ground.stage.fake.server.log.effects()).toEqual([]);
});
