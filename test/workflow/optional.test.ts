import { expect, test } from "vitest";
import { withoutUnset } from "../../src/workflow/optional.ts";

const CONFIG = {
  workspace: { root: "$ROOT" },
  tracker: { provider: { labels: ["$LABEL", "fixed"], key: "${KEY}", text: "a $ROOT in a text" } },
};

test("what refers to a named variable that is unset or empty is left out, in maps and in lists", () => {
  const config = { ...CONFIG, optional_environment: ["ROOT", "LABEL", "KEY"] };
  expect(withoutUnset(config, { LABEL: "" })).toEqual({
    workspace: {},
    tracker: { provider: { labels: ["fixed"], text: "a $ROOT in a text" } },
    optional_environment: ["ROOT", "LABEL", "KEY"],
  });
  expect(withoutUnset(config, { ROOT: "/w", LABEL: "l", KEY: "k" })).toEqual(config);
});

test("what is not named stays, for the error that it is", () => {
  expect(withoutUnset(CONFIG, {})).toEqual(CONFIG);
  expect(withoutUnset({ ...CONFIG, optional_environment: ["OTHER"] }, {})).toMatchObject(CONFIG);
  expect(withoutUnset({ ...CONFIG, optional_environment: "ROOT" }, {})).toMatchObject(CONFIG);
});
