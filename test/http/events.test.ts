import { describe, expect, it } from "vitest";
import { aLaneRow } from "./documents.ts";
import { ground } from "./ground.ts";
import { StreamReader } from "./stream-reader.ts";
import { anEvent } from "./world.ts";

type Got = ReturnType<typeof ground>;

async function follow({ get }: Got, query = "", headers: Record<string, string> = {}): Promise<StreamReader> {
  const answer = await get(`/api/v2/events${query}`, headers);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
  return new StreamReader(answer);
}

function seqsOf(messages: readonly { readonly id: string | null }[]): number[] {
  return messages.map(({ id }) => Number(id));
}

describe("GET /api/v2/events", () => {
  it("says hello with the newest event, then sends what is committed", async () => {
    const made = ground();
    made.world.happen(3);
    const stream = await follow(made);
    expect(await stream.message()).toEqual({ event: "hello", id: "3", data: { version: 1, seq: 3, after: 3 } });
    made.world.happen(1, "lane_A");
    expect(await stream.message()).toEqual({
      event: "record",
      id: "4",
      data: {
        ...{ seq: 4, at: "1970-01-01T00:00:04.000Z", type: "retry_cleared", lane_id: "lane_A", run: null },
        message: expect.any(String),
        weight: expect.any(String),
        data: { reason: { code: "retried", sentence: "Because of 4." } },
      },
    });
  });

  it.each([
    ["?after=2", {}],
    ["", { "last-event-id": "2" }],
    // A browser that comes back keeps the address that it began with.
    ["?after=1", { "last-event-id": "2" }],
  ])("goes on behind what a client has seen: %s %o", async (query, headers) => {
    const made = ground();
    made.world.happen(5);
    const stream = await follow(made, query, headers);
    expect(await stream.message()).toMatchObject({ event: "hello", id: "2", data: { seq: 5, after: 2 } });
    expect(seqsOf(await stream.messages(3))).toEqual([3, 4, 5]);
    made.world.happen(1);
    expect(seqsOf(await stream.messages(1))).toEqual([6]);
  });

  it("leaves nothing out and sends nothing twice while commits and reading overlap", async () => {
    const made = ground();
    made.world.happen(950);
    const stream = await follow(made, "?after=0");
    await stream.message();
    const seen: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      made.world.happen(97);
      seen.push(...seqsOf(await stream.messages(50)));
    }
    const total = 950 + 30 * 97;
    seen.push(...seqsOf(await stream.messages(total - seen.length)));
    expect(seen).toEqual(Array.from({ length: total }, (_, at) => at + 1));
  });

  it("sends a commit that happens while the hello is on its way", async () => {
    const made = ground();
    made.world.happen(1);
    made.world.lastSeqGate = async () => {
      made.world.happen(1);
      return 1;
    };
    const stream = await follow(made);
    expect(await stream.message()).toMatchObject({ data: { seq: 1 } });
    expect(seqsOf(await stream.messages(1))).toEqual([2]);
  });

  it("leaves only the events of a lane", async () => {
    const made = ground();
    made.world.open = [aLaneRow("A")];
    made.world.happen(300, "lane_B");
    made.world.happen(1, "lane_A");
    const stream = await follow(made, "?after=0&lane=lane_A");
    await stream.message();
    expect(seqsOf(await stream.messages(1))).toEqual([301]);
    made.world.happen(2, "lane_B");
    made.world.happen(1, "lane_A");
    expect(seqsOf(await stream.messages(1))).toEqual([304]);
  });

  it("reads only a lane's own events from a long record", async () => {
    const made = ground();
    made.world.happen(2_000, "lane_B");
    made.world.happen(1, "lane_A");
    made.world.happen(2_000, "lane_B");
    const stream = await follow(made, "?after=0&lane=lane_A");
    await stream.message();
    expect(seqsOf(await stream.messages(1))).toEqual([2_001]);
    made.world.happen(1, "lane_A");
    expect(seqsOf(await stream.messages(1))).toEqual([4_002]);
    expect(made.world.eventsRead).toBe(2);
  });

  it("says every 15 seconds that it is alive", async () => {
    const made = ground();
    const stream = await follow(made);
    await stream.message();
    for (let beat = 0; beat < 3; beat += 1) {
      await made.clock.advance(15_000);
      expect(await stream.piece()).toBe(": alive\n\n");
    }
  });

  it("lets a client go that takes nothing for 30 seconds, and nobody else", async () => {
    const made = ground();
    const slow = await follow(made);
    const quick = await follow(made);
    await quick.message();
    made.world.happen(1);
    await quick.messages(1);
    await made.clock.advance(15_000);
    await quick.piece();
    await made.clock.advance(15_000);
    await quick.piece();
    expect(await slow.rest()).toMatchObject([{ event: "hello" }, { event: "goodbye", data: { reason: "slow" } }]);
    made.world.happen(1);
    expect(seqsOf(await quick.messages(1))).toEqual([2]);
  });

  it("keeps no queue for a client that lags: what it missed comes from the record", async () => {
    const made = ground();
    const stream = await follow(made);
    made.world.happen(5_000);
    await stream.message();
    expect(seqsOf(await stream.messages(5_000))).toEqual(Array.from({ length: 5_000 }, (_, at) => at + 1));
  });

  it("says goodbye to everybody at once when the service stops, and takes no more", async () => {
    const made = ground();
    const [one, two] = [await follow(made), await follow(made)];
    await one.message();
    made.endStreams();
    expect((await one.rest()).at(-1)).toMatchObject({ event: "goodbye", data: { reason: "stopping" } });
    expect((await two.rest()).at(-1)).toMatchObject({ event: "goodbye", data: { reason: "stopping" } });
    const answer = await made.get("/api/v2/events");
    expect([answer.status, await answer.json()]).toMatchObject([503, { error: { code: "unavailable" } }]);
  });

  it("says goodbye when the session ends", async () => {
    const made = ground();
    const { token } = made.access.newLink();
    const cookie = made.access.open(token, null)?.cookie.split(";")[0] ?? "";
    const answer = await made.ask("GET", "/api/v2/events", { headers: { cookie } });
    const stream = new StreamReader(answer);
    await stream.message();
    await made.ask("DELETE", "/api/v2/session", { headers: { cookie } });
    await made.clock.advance(15_000);
    expect(await stream.rest()).toMatchObject([{ event: "goodbye", data: { reason: "signed_out" } }]);
  });

  it("says goodbye when the record cannot be read", async () => {
    const made = ground();
    made.world.happen(2);
    made.world.eventsGate = () => Promise.reject(new Error("disk"));
    const stream = await follow(made, "?after=0");
    expect((await stream.rest()).at(-1)).toMatchObject({ event: "goodbye", data: { reason: "failed" } });
    expect(made.log.entries).toMatchObject([{ level: "warn", message: "a client cannot follow the events" }]);
  });

  it("takes 64 clients, and another one when somebody has gone", async () => {
    const made = ground();
    const streams = [];
    for (let at = 0; at < 64; at += 1) streams.push(await follow(made));
    const full = await made.get("/api/v2/events");
    expect([full.status, full.headers.get("retry-after"), await full.json()]).toMatchObject([
      503,
      "2",
      { error: { code: "too_many_streams" } },
    ]);
    await streams[0]?.cancel();
    expect(await (await follow(made)).message()).toMatchObject({ event: "hello" });
  });

  it("listens to the record only while somebody follows, and leaves no timer", async () => {
    const made = ground();
    const before = made.world.subscribers;
    const streams = [await follow(made), await follow(made)];
    expect(made.world.subscribers).toBe(before + 1);
    for (const stream of streams) await stream.cancel();
    expect(made.world.subscribers).toBe(before);
    expect(made.clock.pendingTimers()).toBe(0);
  });

  it("opens no stream for HEAD", async () => {
    const made = ground();
    const before = made.world.subscribers;
    const answer = await made.ask("HEAD", "/api/v2/events", { headers: made.bearer });
    expect([answer.status, answer.headers.get("content-type"), made.world.subscribers]).toEqual([
      200,
      "text/event-stream; charset=utf-8",
      before,
    ]);
  });

  it("masks a secret in what it sends", async () => {
    const made = ground();
    const stream = await follow(made);
    made.secrets.register("TOKEN", "Because of 1.");
    made.world.commit(anEvent(1));
    await stream.message();
    expect(JSON.stringify(await stream.message())).toContain("[REDACTED:TOKEN]");
  });

  it.each([
    [{ "last-event-id": "x" }, "", "header/last-event-id"],
    [{}, "?after=-1", "query/after"],
    [{}, "?after=1.5", "query/after"],
  ])("says where in %o%s the mistake is", async (headers, query, at) => {
    const answer = await ground().get(`/api/v2/events${query}`, headers);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: "bad_query", at } }]);
  });

  it("begins at the newest event for a client that comes from a longer record", async () => {
    const made = ground();
    made.world.happen(2);
    const stream = await follow(made, "?after=99");
    expect(await stream.message()).toMatchObject({ id: "2", data: { seq: 2, after: 2 } });
    made.world.happen(1);
    expect(seqsOf(await stream.messages(1))).toEqual([3]);
  });
});
