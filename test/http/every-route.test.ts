import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, parseJson } from "../../src/base/json.ts";
import type { RouteSpec } from "../../src/http/route-spec.ts";
import { ROUTES } from "../../src/http/route-table.ts";
import { aCandidate, aChange, aClosedLane, aLaneRow, aRun, emptyStatus } from "./documents.ts";
import { ground } from "./ground.ts";

const SPECS = Object.entries<RouteSpec>(ROUTES);
const PARAMETERS: Readonly<Record<string, string>> = {
  issue: "A",
  lane: "lane_A",
  run: "1",
  change: "7",
  command: "cmd_1",
  kind: "github",
};

/** A world in which every route finds something. */
function inhabited() {
  const made = ground();
  const { world, access } = made;
  world.status = emptyStatus({ waiting: [aCandidate("W")] });
  world.open = [aLaneRow("A", { change_id: "7" })];
  world.closed = [aClosedLane("Z")];
  world.runs = [aRun("lane_A", 1)];
  world.transcripts.set("lane_A/1", [JSON.stringify({ at: 5, kind: "prompt", text: "Do it." })]);
  world.forge = [aChange("7")];
  world.diff = "diff --git a/x b/x\n";
  world.happen(2, "lane_A");
  world.commands.push({
    ...{ id: "cmd_1", workflowId: "demo", actor: "cli:ann", verb: "retry", arguments: {}, askedAt: 0 },
    answer: { ok: true, code: "retried", sentence: "Due now.", at: 1 },
  });
  const bodies: Readonly<Record<string, JsonObject>> = {
    CommandBody: { verb: "pause" },
    SessionBody: { token: access.newLink().token },
    Nothing: {},
  };
  return { ...made, bodies };
}

function addressOf(path: string, changes: Readonly<Record<string, string>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => ({ ...PARAMETERS, ...changes })[name] ?? "");
}

function initOf(spec: RouteSpec, bodies: Readonly<Record<string, JsonObject>>) {
  if (spec.body === undefined) return {};
  return { body: JSON.stringify(bodies[spec.body.schema]), headers: { "content-type": "application/json" } };
}

/** The schemas of the published document, closed: a field that is not described is a mistake. */
function validators() {
  const document = parseJson(readFileSync("docs/schema/openapi.json", "utf8"));
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "api", ...Object(closed(document)) });
  return (schema: string, value: unknown): string[] => {
    const validate = ajv.getSchema(`api#/components/schemas/${schema}`);
    if (validate === undefined) throw new Error(`no schema ${schema}`);
    return validate(value) === true
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  };
}

function closed(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(closed);
  if (!isJsonObject(value)) return value;
  const below = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, closed(member)]));
  return isJsonObject(value.properties) && value.type === "object" ? { ...below, additionalProperties: false } : below;
}

/** The code of a problem. */
async function codeOf(answer: Response): Promise<unknown> {
  const problem: unknown = await answer.json();
  return isJsonObject(problem) && isJsonObject(problem.error) ? problem.error.code : null;
}

describe("every route", () => {
  it.each(SPECS)("answers as it is described: %s", async (_, spec) => {
    const { ask, bearer, bodies } = inhabited();
    const init = initOf(spec, bodies);
    const answer = await ask(spec.method, addressOf(spec.path), { ...init, headers: { ...bearer, ...init.headers } });
    expect(Object.keys(spec.answers)).toContain(String(answer.status));
    const schema = spec.answers[answer.status] ?? "";
    if (schema === "" || schema.includes("/")) await answer.body?.cancel();
    else expect(validators()(schema, await answer.json())).toEqual([]);
  });

  it.each(SPECS)("tells other methods what it takes: %s", async (_, spec) => {
    const { ask, bearer } = inhabited();
    const answer = await ask("PATCH", addressOf(spec.path), { headers: bearer });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, expect.stringContaining(spec.method)]);
    const foreign = await ask("PATCH", addressOf(spec.path), { headers: { ...bearer, origin: "http://evil.example" } });
    expect(await codeOf(foreign)).toBe("foreign_origin");
  });

  it.each(SPECS)("lets in whom it should: %s", async (_, spec) => {
    for (const headers of [{}, { authorization: "Bearer nonsense" }, { cookie: "maestro_x=nonsense" }]) {
      const { ask, bodies } = inhabited();
      const init = initOf(spec, bodies);
      const answer = await ask(spec.method, addressOf(spec.path), {
        ...init,
        headers: { ...headers, ...init.headers },
      });
      expect([headers, answer.status === 401]).toEqual([headers, spec.access === "member"]);
      if (answer.status === 401) expect(await codeOf(answer)).toBe("unauthorized");
      else await answer.body?.cancel();
    }
  });

  it.each(SPECS)("needs somebody on any other address, unless it is open: %s", async (_, spec) => {
    const { ask } = ground({ host: "build.example" });
    const init = initOf(spec, inhabited().bodies);
    const headers = { ...init.headers, host: "build.example:4000" };
    const answer = await ask(spec.method, addressOf(spec.path), { ...init, headers });
    if (spec.access === "signed") expect(answer.status).toBe(202);
    else if (spec.access !== "open") expect([answer.status, await codeOf(answer)]).toEqual([401, "unauthorized"]);
    // A link of another service is none of this one's.
    else expect(answer.status).toBe(spec.body === undefined ? 200 : 401);
  });

  it.each(SPECS.filter(([, { access }]) => access !== "signed"))("keeps out other sites: %s", async (_, spec) => {
    const { ask, bearer, bodies, world } = inhabited();
    const init = initOf(spec, bodies);
    const headers = { ...bearer, ...init.headers, origin: "http://127.0.0.1:9999" };
    const asked = world.commands.length;
    const answer = await ask(spec.method, addressOf(spec.path), { ...init, headers });
    expect([answer.status, await codeOf(answer), world.commands.length]).toEqual([403, "foreign_origin", asked]);
  });

  it.each(SPECS.filter(([, { path }]) => path.startsWith("/api/v2")))(
    "says what in a query is wrong: %s",
    async (_, spec) => {
      const { ask, bearer, bodies } = inhabited();
      const init = initOf(spec, bodies);
      const headers = { ...bearer, ...init.headers };
      const answer = await ask(spec.method, `${addressOf(spec.path)}?nonsense=1`, { ...init, headers });
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { error: { code: "bad_query", at: "query/nonsense" } },
      ]);
    },
  );

  it.each(SPECS.filter(([, { path }]) => path.includes("{")))(
    "says that it does not find something: %s",
    async (_, spec) => {
      const { ask, bearer } = inhabited();
      const unknown = { issue: "NOPE-1", lane: "lane_nope", change: "404", command: "cmd_nope", kind: "nope" };
      const answer = await ask(spec.method, addressOf(spec.path, unknown), { headers: bearer });
      expect([answer.status, spec.errors]).toEqual([404, expect.arrayContaining([await codeOf(answer)])]);
    },
  );

  it.each(SPECS.filter(([, { body }]) => body !== undefined))("takes no wrong body: %s", async (_, spec) => {
    const { ask, bearer, world } = inhabited();
    const asked = world.commands.length;
    const send = async (body: string, type = "application/json") => {
      const headers = { ...bearer, "content-type": type };
      const answer = await ask(spec.method, addressOf(spec.path), { body, headers });
      return [answer.status, await codeOf(answer)];
    };
    expect(await send("{")).toEqual([400, "invalid_json"]);
    expect(await send("[]")).toEqual([400, "invalid_body"]);
    expect(await send("{}", "text/plain")).toEqual([415, "unsupported_media_type"]);
    expect(await send(`{"verb": "${"x".repeat(65 * 1024)}"}`)).toEqual([413, "body_too_large"]);
    expect(world.commands).toHaveLength(asked);
  });
});
