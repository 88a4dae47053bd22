import { describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import { aCandidate, aLaneRow, emptyStatus } from "./documents.ts";
import { ground } from "./ground.ts";

describe("Symphony's routes", () => {
  it("give the status as a document that nobody takes for newer than it is (S-247)", async () => {
    const answer = await ground().ask("GET", "/api/v1/state");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(emptyStatus());
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("say that a state is still the same", async () => {
    const { ask, world } = ground();
    const etag = (await ask("GET", "/api/v1/state")).headers.get("etag") ?? "";
    expect((await ask("GET", "/api/v1/state", { headers: { "if-none-match": etag } })).status).toBe(304);
    world.status = emptyStatus({ counts: { running: 1, retrying: 0, parked: 0, review: 0, closed: 0 } });
    world.happen(1);
    expect((await ask("GET", "/api/v1/state", { headers: { "if-none-match": etag } })).status).toBe(200);
  });

  it("give one issue, and 404 for one that nobody knows (S-248, S-249)", async () => {
    const { ask, world } = ground();
    world.open = [aLaneRow("acme/shop#3")];
    const found = await ask("GET", "/api/v1/acme%2Fshop%233");
    expect([found.status, await found.json()]).toMatchObject([200, { issue_identifier: "acme/shop#3" }]);
    const unknown = await ask("GET", "/api/v1/NOPE-1");
    expect([unknown.status, await unknown.json()]).toEqual([
      404,
      { error: { code: "issue_not_found", message: 'No issue called "NOPE-1" has been taken up.' } },
    ]);
  });

  it("take a refresh with an empty body or {} and say when (S-250)", async () => {
    // The last one is what `curl -X POST -d ''` sends.
    const form = { "content-type": "application/x-www-form-urlencoded" };
    for (const init of [{}, { body: "{}", headers: { "content-type": "application/json" } }, { headers: form }]) {
      const { ask, world } = ground();
      const answer = await ask("POST", "/api/v1/refresh", init);
      expect(answer.status).toBe(202);
      expect(await answer.json()).toEqual({
        queued: true,
        coalesced: false,
        requested_at: "2026-01-01T00:00:00.000Z",
        operations: ["poll", "reconcile"],
      });
      expect(world.commands).toMatchObject([{ verb: "refresh", actor: "http", arguments: {} }]);
    }
  });

  it("make one question of refreshes while none was answered", async () => {
    const { ask, world, clock } = ground();
    world.answers = false;
    const answers = [await ask("POST", "/api/v1/refresh"), await ask("POST", "/api/v1/refresh")];
    expect(await Promise.all(answers.map((answer) => answer.json()))).toMatchObject([
      { coalesced: false },
      { coalesced: true },
    ]);
    expect(world.commands).toHaveLength(1);
    world.answer("cmd_1", "queued");
    // Nobody has noticed the answer yet, but its poll may have asked already.
    expect(await (await ask("POST", "/api/v1/refresh")).json()).toMatchObject({ coalesced: false });
    world.answer("cmd_2", "queued");
    await clock.advance(4_000);
    expect(await (await ask("POST", "/api/v1/refresh")).json()).toMatchObject({ coalesced: false });
  });

  it.each([
    ["DELETE", "/api/v1/state", "GET, HEAD"],
    ["GET", "/api/v1/refresh", "POST"],
    ["POST", "/api/v1/DEMO-1", "GET, HEAD"],
    ["POST", "/healthz", "GET, HEAD"],
    ["PUT", "/", "GET, HEAD"],
    ["PUT", "/api/v2/session", "POST, GET, HEAD, DELETE"],
  ])("refuse %s %s and say what it takes (S-251)", async (method, path, allowed) => {
    const answer = await ground().ask(method, path);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, allowed]);
    expect(await answer.json()).toMatchObject({ error: { code: "method_not_allowed" } });
  });

  it("have nothing else beside them", async () => {
    const { get } = ground();
    for (const path of ["/api/v1", "/api/v1/a/b", "/api/v1/state/", "/api", "/api/v3/state", "/api/v2/state"]) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
  });

  it("answer 503 when the status is not ready in time, and when the service ends (S-234)", async () => {
    const { ask, world, clock } = ground();
    world.statusGate = () => new Promise(() => undefined);
    const late = ask("GET", "/api/v1/state");
    await clock.advance(10_000);
    expect([(await late).status, await (await late).json()]).toMatchObject([503, { error: { code: "timeout" } }]);
    const ended = ground();
    ended.world.statusGate = () => Promise.reject(new MaestroError({ code: "record_closed", message: "closed" }));
    const gone = await ended.ask("GET", "/api/v1/state");
    expect([gone.status, await gone.json()]).toMatchObject([503, { error: { code: "unavailable" } }]);
  });

  it("tell a failure to the log and only its code to the client", async () => {
    const { ask, log, world } = ground();
    world.statusGate = () =>
      Promise.reject(new MaestroError({ code: "record_corrupt", message: "row 7 of /home/ann" }));
    const answer = await ask("GET", "/api/v1/state");
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining("/home/ann")]);
    expect(log.entries).toMatchObject([{ level: "error", fields: { error: { code: "record_corrupt" } } }]);
  });
});

describe("every route", () => {
  it.each([
    { host: "evil.example" },
    { origin: "http://evil.example" },
    { origin: "http://127.0.0.1:5000" },
    { origin: "null" },
  ])("keeps out requests of other sites: %o", async (headers) => {
    const { ask, world, bearer } = ground();
    const posted = await ask("POST", "/api/v1/refresh", { headers });
    const pages = ["/", "/healthz", "/api/v1/state", "/api/v2/issues", "/api/v2/nope"];
    const read = await Promise.all(pages.map((path) => ask("GET", path, { headers: { ...bearer, ...headers } })));
    expect([posted.status, ...read.map(({ status }) => status)]).toEqual([403, 403, 403, 403, 403, 403]);
    expect(world.commands).toEqual([]);
  });

  it("takes no body that a form could send", async () => {
    const { ask, world } = ground();
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const answer = await ask("POST", "/api/v1/refresh", { body: "{}", headers: { "content-type": type } });
      expect([answer.status, await answer.json()]).toMatchObject([415, { error: { code: "unsupported_media_type" } }]);
    }
    expect(world.commands).toEqual([]);
  });

  it("masks a registered secret", async () => {
    const { get, world, secrets } = ground();
    secrets.register("TRACKER_TOKEN", "s3cr3t-value");
    world.status = emptyStatus({ waiting: [aCandidate("A", { title: "about s3cr3t-value" })] });
    for (const path of ["/api/v1/state", "/api/v2/issues", "/plain"]) {
      expect(await (await get(path)).text()).toContain("[REDACTED:TRACKER_TOKEN]");
    }
  });
});
