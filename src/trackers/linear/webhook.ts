import { createHmac, timingSafeEqual } from "node:crypto";
import { shortHash } from "../../base/ids.ts";
import { parseJson } from "../../base/json.ts";
import type { Delivery, DeliveryVerdict } from "../../contracts/outside.ts";
import { validateLinearDelivery } from "./schema.gen.ts";

/** How far the signed instant may lie from ours, milliseconds; Linear's own SDK takes the same. */
const WINDOW_MS = 60_000;

/** Checks a webhook of Linear's: its signature on the raw bytes, then the instant that was signed with them. */
export function readLinearDelivery(secret: string | null, { body, headers, receivedAt }: Delivery): DeliveryVerdict {
  const signature = headers["linear-signature"];
  if (signature === undefined || signature === "") return { ok: false, code: "unsigned" };
  if (secret === null || !isSigned(secret, body, signature)) return { ok: false, code: "bad_signature" };
  const payload = parsed(body);
  if (!validateLinearDelivery(payload)) return { ok: false, code: "unreadable" };
  if (Math.abs(receivedAt - payload.webhookTimestamp) > WINDOW_MS) return { ok: false, code: "too_old" };
  const { type, data } = payload;
  const subjects = [type === "Issue" ? data.id : undefined, data.issueId, data.relatedIssueId];
  // The header is not signed, but whoever repeats a body under another name only has the issue read again.
  const id = headers["linear-delivery"] || shortHash(`${signature} ${payload.webhookTimestamp}`);
  return { ok: true, id, subjects: [...new Set(subjects.filter((subject) => subject != null))] };
}

function parsed(body: Uint8Array): unknown {
  try {
    return parseJson(Buffer.from(body).toString());
  } catch {
    // What cannot be parsed fits no schema: the verdict says so.
    return undefined;
  }
}

function isSigned(secret: string, body: Uint8Array, signature: string): boolean {
  const expected = createHmac("sha256", secret).update(body).digest();
  const given = Buffer.from(signature, "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}
