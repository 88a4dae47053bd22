import { readFileSync, statSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CommandDocument, IssueDocument, Page } from "../../src/model/documents/api.ts";
import type { RunDocument } from "../../src/model/documents/lane.ts";
import { StreamReader } from "../http/stream-reader.ts";
import { newPlace } from "./ground.ts";
import { startMaestro } from "./program.ts";

const TEMPLATE = ["--template", "local/local/mock"];

test("the API of the demo: what happened, live and afterwards, a review by a command, and the end of the service", async () => {
  const place = await newPlace();
  const daemon = startMaestro(place, ...TEMPLATE, "--port", "0");
  const state = (await daemon.line(/^ +state +(.+)$/))[1] ?? "";
  const link = new URL((await daemon.line(/^ +page +(http:.+)$/))[1] ?? "");
  const tokenFile = join(state, "http-token");
  await daemon.line(/SHOP-1 {2}started/);
  expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
  const bearer = { authorization: `Bearer ${readFileSync(tokenFile, "utf8").trim()}` };
  const get = (path: string) => fetch(new URL(path, link), { headers: bearer });
  const document = async <T>(path: string): Promise<T> => JSON.parse(await (await get(path)).text());

  const live = new StreamReader(await get("/api/v2/events?after=0"));
  expect(await live.message()).toMatchObject({ event: "hello", data: { after: 0 } });
  const seen = [await live.message()];
  for (let isThere = false; !isThere; seen.push(await live.message())) {
    const { type, data } = Object(seen.at(-1)?.data);
    if (type !== "lane_staged" || data.stage !== "review_wait") continue;
    const { lane: reviewed }: IssueDocument = await document("/api/v2/issues/SHOP-3");
    isThere = reviewed?.stage === "review_wait" && reviewed.verbs.includes("approve");
  }
  expect(seen.map(({ id }) => Number(id))).toEqual(seen.map((_, at) => at + 1));

  const { lane } = await document<IssueDocument>("/api/v2/issues/SHOP-3");
  const [run] = (await document<Page<RunDocument>>("/api/v2/runs")).items.filter(
    ({ lane_id }) => lane_id === lane?.lane_id,
  );
  expect(await document(`/api/v2/lanes/${lane?.lane_id}/diff`)).toMatchObject({
    diff: expect.stringContaining("shipping"),
  });
  expect(await document(`/api/v2/runs/${run?.run_id}/prompt`)).toMatchObject({
    prompt: expect.stringContaining("SHOP-3"),
  });
  expect((await (await get("/metrics")).text()).split("\n")).toContain(
    'maestro_runs_ended_total{status="succeeded"} 3',
  );
  expect(await document("/readyz")).toEqual({ ready: true, reasons: [] });

  // The link makes a session, whose name stands under what it asks.
  const session = await fetch(new URL("/api/v2/session", link), {
    method: "POST",
    headers: { "content-type": "application/json", origin: link.origin },
    body: JSON.stringify({ token: link.searchParams.get("token"), name: "ann" }),
  });
  const cookie = session.headers.get("set-cookie")?.split(";")[0] ?? "";
  const asked = await fetch(new URL("/api/v2/commands", link), {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body: JSON.stringify({ verb: "approve", arguments: { issue: "SHOP-3" } }),
  });
  const command: CommandDocument = JSON.parse(await asked.text());
  expect(command).toMatchObject({ actor: "http:ann", answer: { ok: true } });
  await daemon.line(/SHOP-3 {2}merged: /);
  await daemon.line(/SHOP-3 {2}finished: /);
  const finished = await document<Page<unknown>>("/api/v2/issues?state=finished");
  expect(finished.items).toHaveLength(3);
  expect(await document("/api/v1/SHOP-3")).toMatchObject({
    issue_identifier: "SHOP-3",
    status: "closed",
    running: null,
  });

  process.kill(daemon.pid, "SIGTERM");
  const rest = await live.rest();
  expect(rest.at(-1)).toMatchObject({ event: "goodbye", data: { reason: "stopping" } });
  await daemon.ended;
  expect(existsSync(tokenFile)).toBe(false);
});
