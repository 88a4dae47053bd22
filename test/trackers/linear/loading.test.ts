import { expect, it, vi } from "vitest";
import { calmly, stage } from "./stage.ts";

it("the SDK is loaded when a tracker is opened, and not to check a workflow file", async () => {
  vi.doMock("@linear/sdk", () => {
    throw new Error("the SDK was loaded");
  });
  vi.resetModules();
  const { builtInKinds } = await import("../../../src/app-kinds.ts");
  const provider = await builtInKinds().trackers.load("linear");
  const options = provider.parseOptions({ team: "ENG", api_key: "lin_api_0123456789" });
  const ground = await stage();
  await expect(provider.open(options, ground.place.context)).rejects.toThrow();
  vi.doUnmock("@linear/sdk");
  await ground.open().health(calmly);
});
