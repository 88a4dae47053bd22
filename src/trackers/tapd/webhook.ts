import { createHash, timingSafeEqual } from "node:crypto";
import { parseJson } from "../../base/json.ts";
import type { Delivery, DeliveryVerdict } from "../../contracts/outside.ts";
import { issueIdOf } from "./entities.ts";
import type { TapdDelivery } from "./schema.ts";
import { validateTapdDelivery } from "./schema.gen.ts";

/**
 * Checks a webhook of TAPD's. It signs nothing: a secret stands in the body as it is, so that whoever saw one body can make others. They only
 * wake a look, so the worst they do is that.
 */
export function readTapdDelivery(
  secret: string | null,
  workspaceId: string,
  { body, headers }: Delivery,
): DeliveryVerdict {
  const payload = parsed(Buffer.from(body).toString(), headers["content-type"] ?? "");
  if (payload === undefined) return { ok: false, code: "unreadable" };
  if (payload.secret === "") return { ok: false, code: "unsigned" };
  if (secret === null || !isSame(secret, payload.secret)) return { ok: false, code: "bad_signature" };
  if (payload.workspace_id !== undefined && payload.workspace_id !== workspaceId)
    return { ok: true, id: payload.event_id, subjects: [] };
  return { ok: true, id: payload.event_id, subjects: subjectsOf(payload) };
}

/** A form or JSON, as it was set up in TAPD. */
function parsed(text: string, type: string): TapdDelivery | undefined {
  try {
    const isJson = type.includes("json") || text.trimStart().startsWith("{");
    const payload: unknown = isJson ? parseJson(text) : Object.fromEntries(new URLSearchParams(text));
    const filled =
      typeof payload === "object" && payload !== null && !("secret" in payload) ? { ...payload, secret: "" } : payload;
    return validateTapdDelivery(filled) ? filled : undefined;
  } catch {
    // What cannot be parsed is as unreadable as what has another shape.
    return undefined;
  }
}

/** Of a comment only its own id is told, which leads to no issue. */
function subjectsOf({ event, id }: TapdDelivery): string[] {
  const entity = /^(story|bug)::/.exec(event)?.[1];
  if (!/^\d+$/.test(id) || entity === undefined) return [];
  return [issueIdOf({ entity: entity === "bug" ? "bug" : "story", id })];
}

function isSame(secret: string, given: string): boolean {
  return timingSafeEqual(digest(secret), digest(given));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
