import { describe, expect, it } from "vitest";
import type { Delivery, DeliveryVerdict } from "../../src/contracts/outside.ts";
import { HookDesk } from "../../src/orchestrator/index.ts";
import { POLL_MS, Stage } from "./stage.ts";

const text = (body: string): Delivery => ({ body: Buffer.from(body), headers: {}, receivedAt: 0 });

/** A tracker and a forge of one kind that read what is sent as their own verdict. */
async function desk(stage: Stage, webhooks: { tracker: boolean; forge: boolean } = { tracker: true, forge: true }) {
  const parts = stage.parts("hooks");
  const reading =
    (prefix: string) =>
    ({ body }: Delivery): DeliveryVerdict => {
      const said = Buffer.from(body).toString();
      if (said.startsWith(`${prefix}:`)) return { ok: true, id: said, subjects: [] };
      return { ok: false, code: said === "old" && prefix === "forge" ? "too_old" : "bad_signature" };
    };
  const with_ = <T extends { capabilities: object }>(system: T, isOn: boolean, prefix: string): T =>
    new Proxy(system, {
      get: (target, name) => {
        if (name === "readDelivery") return reading(prefix);
        if (name === "capabilities") return { ...target.capabilities, webhooks: isOn };
        return Reflect.get(target, name, target);
      },
    });
  const forge = parts.outside.forge();
  if (forge === null) throw new Error("there is no forge");
  const outside = {
    tracker: () => with_(parts.outside.tracker(), webhooks.tracker, "tracker"),
    forge: () => with_(forge, webhooks.forge, "forge"),
  };
  const news: string[] = [];
  return { hooks: new HookDesk(outside, () => void news.push("look")), woken: () => news.length };
}

describe("a webhook", () => {
  it("wakes once, however often it comes", async () => {
    const { hooks, woken } = await desk(await Stage.open());
    expect(hooks.receive("memory", text("tracker:1"))).toEqual({ ok: true, duplicate: false });
    expect(hooks.receive("memory", text("tracker:1"))).toEqual({ ok: true, duplicate: true });
    expect(hooks.receive("memory", text("forge:1"))).toEqual({ ok: true, duplicate: false });
    expect(woken()).toBe(2);
  });

  it("is remembered in bounded memory", async () => {
    const { hooks, woken } = await desk(await Stage.open());
    for (let id = 0; id < 1_500; id += 1) hooks.receive("memory", text(`tracker:${id}`));
    expect(hooks.receive("memory", text("tracker:1499"))).toEqual({ ok: true, duplicate: true });
    expect(hooks.receive("memory", text("tracker:0"))).toEqual({ ok: true, duplicate: false });
    expect(woken()).toBe(1_501);
  });

  it("is refused with the most telling reason, and wakes nobody", async () => {
    const { hooks, woken } = await desk(await Stage.open());
    expect(hooks.receive("linear", text("tracker:1"))).toEqual({ ok: false, code: "unknown" });
    expect(hooks.receive("memory", text("forged"))).toEqual({ ok: false, code: "bad_signature" });
    expect(hooks.receive("memory", text("old"))).toEqual({ ok: false, code: "too_old" });
    const off = await desk(await Stage.open(), { tracker: false, forge: false });
    expect(off.hooks.receive("memory", text("tracker:1"))).toEqual({ ok: false, code: "off" });
    expect([woken(), off.woken()]).toEqual([0, 0]);
  });
});

describe("news", () => {
  const polls = (stage: Stage): number => stage.verbs().filter((verb) => verb === "issuesByStates").length;

  it("are looked at within seconds, and many at once cost one look", async () => {
    const stage = await Stage.start();
    await stage.pass(10_000);
    const before = polls(stage);
    for (let sent = 0; sent < 50; sent += 1) stage.orchestrator.news();
    await stage.pass(0);
    expect(polls(stage) - before).toBe(1);
    for (let sent = 0; sent < 50; sent += 1) stage.orchestrator.news();
    await stage.pass(1_000);
    expect(polls(stage) - before).toBe(1);
    await stage.pass(2_000);
    expect(polls(stage) - before).toBe(2);
    await stage.pass(POLL_MS);
    expect(polls(stage) - before).toBe(3);
    await stage.stop();
  });
});
