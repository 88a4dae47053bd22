import { describe, expect, test } from "vitest";
import { LEAST, loadText, problemsOf } from "./fixture.ts";

describe("tools.enable", () => {
  test("names tools that are off otherwise", async () => {
    expect((await loadText(LEAST)).tools).toBeUndefined();
    const { tools } = await loadText(`${LEAST}\ntools: {enable: [linear_graphql]}`);
    expect(tools).toEqual({ enable: ["linear_graphql"] });
  });

  test("refuses every other name at its place", async () => {
    const problems = await problemsOf(loadText(`${LEAST}\ntools: {enable: [repo_push]}`));
    expect(problems).toContainEqual(expect.stringMatching(/WORKFLOW\.md:\d+:\d+ tools\.enable.*linear_graphql/));
  });
});
