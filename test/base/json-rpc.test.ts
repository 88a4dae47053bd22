import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import type { JsonObject, JsonValue } from "../../src/base/json.ts";
import { METHOD_NOT_FOUND, RpcPeer, RpcRefusal } from "../../src/base/json-rpc.ts";

/** A peer with everything that it wrote and heard. */
function setUp(options: { versioned?: boolean; write?: (line: string) => Promise<void> } = {}) {
  const clock = new VirtualClock();
  const sent: JsonObject[] = [];
  const told: [string, JsonObject][] = [];
  const noise: string[] = [];
  const peer = new RpcPeer({
    clock,
    versioned: options.versioned ?? true,
    write: options.write ?? (async (line) => void sent.push(JSON.parse(line))),
    onRequest: async (method, params): Promise<JsonValue> => {
      if (method === "add") return Number(params.left) + Number(params.right);
      if (method === "break") throw new Error("it broke");
      throw new RpcRefusal(METHOD_NOT_FOUND, `There is no ${method}.`);
    },
    onNotification: (method, params) => told.push([method, params]),
    onNoise: (line) => noise.push(line),
  });
  const receive = (message: unknown) => peer.receive(JSON.stringify(message));
  return { clock, peer, sent, told, noise, receive };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a peer", () => {
  it("asks, and gives each answer to who asked", async () => {
    const { peer, sent, receive } = setUp();
    const [first, second] = [peer.request("one", { a: 1 }, 1_000), peer.request("two", {}, 1_000)];
    await settled();
    expect(sent).toEqual([
      { jsonrpc: "2.0", id: 1, method: "one", params: { a: 1 } },
      { jsonrpc: "2.0", id: 2, method: "two", params: {} },
    ]);
    receive({ id: 2, result: "second" });
    receive({ id: 1, result: { nested: true } });
    expect(await Promise.all([first, second])).toEqual([{ nested: true }, "second"]);
  });

  it("leaves the version out where the other side does", async () => {
    const { peer, sent } = setUp({ versioned: false });
    await peer.notify("initialized", {});
    expect(sent).toEqual([{ method: "initialized", params: {} }]);
  });

  it("throws the other side's error with its code and data", async () => {
    const { peer, receive } = setUp();
    const asked = peer.request("session/new", {}, 1_000);
    receive({ id: 1, error: { code: -32_000, message: "Authentication required", data: { kind: "auth" } } });
    await expect(asked).rejects.toMatchObject({
      code: "rpc_error",
      message: "Authentication required",
      facts: { method: "session/new", code: -32_000, data: { kind: "auth" } },
    });
  });

  it("answers every request, whose ids are the other side's own", async () => {
    const { sent, receive } = setUp();
    receive({ id: 0, method: "add", params: { left: 1, right: 2 } });
    receive({ id: "x", method: "break" });
    receive({ id: 1, method: "unheard_of" });
    await settled();
    expect(sent).toEqual([
      { jsonrpc: "2.0", id: 0, result: 3 },
      { jsonrpc: "2.0", id: "x", error: { code: -32_603, message: "it broke" } },
      { jsonrpc: "2.0", id: 1, error: { code: METHOD_NOT_FOUND, message: "There is no unheard_of." } },
    ]);
  });

  it("passes on what it is told, and keeps apart what is no message", async () => {
    const { peer, told, noise, receive } = setUp();
    receive({ method: "turn/started", params: { id: "t" } });
    receive({ method: "bare" });
    peer.receive("Compiling …");
    receive([1]);
    receive({ id: 77, result: "nobody asked" });
    expect(told).toEqual([
      ["turn/started", { id: "t" }],
      ["bare", {}],
    ]);
    expect(noise).toHaveLength(3);
  });

  it("waits no longer than it is allowed to, and a late answer is noise", async () => {
    const { clock, peer, noise, receive } = setUp();
    const asked = peer.request("slow", {}, 500);
    const failed = expect(asked).rejects.toMatchObject({ code: "deadline" });
    await clock.advance(500);
    await failed;
    receive({ id: 1, result: "late" });
    expect(noise).toHaveLength(1);
  });

  it("tells whoever waits when nothing comes any more, and everybody afterwards", async () => {
    const { peer } = setUp();
    const asked = peer.request("one", {}, 1_000);
    peer.close("The agent has ended.");
    await expect(asked).rejects.toMatchObject({ code: "rpc_closed", message: "The agent has ended." });
    await expect(peer.request("two", {}, 1_000)).rejects.toMatchObject({ code: "rpc_closed" });
  });

  it("throws when it cannot write its question, but not for an answer that nobody reads", async () => {
    const { peer, receive } = setUp({
      write: async () => {
        throw new Error("closed");
      },
    });
    await expect(peer.request("one", {}, 1_000)).rejects.toThrow("closed");
    receive({ id: 1, method: "add", params: { left: 1, right: 1 } });
    await settled();
  });
});
