import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import type { Delivery } from "../../../src/contracts/outside.ts";
import { calmly, type Stage, stage } from "./stage.ts";

const SECRET = "lin_wh_0123456789";

/** What Linear sends when an issue is moved and commented on, as it arrives. */
async function delivered(ground: Stage): Promise<Delivery[]> {
  const found: Delivery[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    found.push({ body: Buffer.concat(chunks), headers, receivedAt: Date.now() });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  ground.fake.data.webhooks.push({
    ...{ id: "w", url: `http://127.0.0.1:${port}/hooks/linear`, secret: SECRET, label: null, enabled: true },
    ...{ resourceTypes: ["Issue", "Comment"], teamId: null, createdAt: new Date().toISOString() },
  });
  const tracker = ground.open();
  await tracker.move(ground.ids[0] ?? "", { to: "Doing", from: "Todo" }, calmly);
  await tracker.comment(ground.ids[0] ?? "", "Remark", "alice", calmly);
  await ground.fake.server.webhooks.settle();
  return found;
}

it("believes what Linear signed, within a minute, and tells which issue it is about", async () => {
  const ground = await stage();
  const deliveries = await delivered(ground);
  const tracker = ground.open({ webhook_secret: SECRET });
  expect(tracker.capabilities.webhooks).toBe(true);
  const verdicts = deliveries.map((delivery) => tracker.readDelivery(delivery));
  const subjects = [ground.ids[0]];
  expect(verdicts).toEqual([
    { ok: true, id: deliveries[0]?.headers["linear-delivery"], subjects },
    { ok: true, id: deliveries[1]?.headers["linear-delivery"], subjects },
  ]);
  expect(deliveries[0]?.headers["linear-delivery"]).toMatch(/^[0-9a-f-]{36}$/);
});

it("believes nothing else", async () => {
  const ground = await stage();
  const [delivery] = await delivered(ground);
  if (delivery === undefined) throw new Error("nothing was delivered");
  const tracker = ground.open({ webhook_secret: SECRET });
  const code = (changed: Partial<Delivery>, reader = tracker) => {
    const verdict = reader.readDelivery({ ...delivery, ...changed });
    return verdict.ok ? "ok" : verdict.code;
  };
  const { "linear-signature": signature = "", ...unsigned } = delivery.headers;
  expect(code({ headers: unsigned })).toBe("unsigned");
  expect(code({ headers: { ...unsigned, "linear-signature": "" } })).toBe("unsigned");
  expect(code({ headers: { ...unsigned, "linear-signature": signature.slice(2) } })).toBe("bad_signature");
  expect(code({ headers: { ...unsigned, "linear-signature": "no hex" } })).toBe("bad_signature");
  const changed = Buffer.from(Buffer.from(delivery.body).toString().replace("update", "create"));
  expect(code({ body: changed })).toBe("bad_signature");
  expect(code({}, ground.open({ webhook_secret: "another secret" }))).toBe("bad_signature");
  expect(code({}, ground.open())).toBe("bad_signature");
  expect(ground.open().capabilities.webhooks).toBe(false);
  expect(code({ receivedAt: delivery.receivedAt + 61_000 })).toBe("too_old");
  expect(code({ receivedAt: delivery.receivedAt - 61_000 })).toBe("too_old");
  expect(code({})).toBe("ok");
});
