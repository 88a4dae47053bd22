import { createHmac, timingSafeEqual } from "node:crypto";
import { parseJson } from "../../base/json.ts";
import type { Delivery, DeliveryVerdict } from "../../contracts/outside.ts";
import { validateCnbDelivery } from "./schema.gen.ts";

/** How far the signed instant may lie from ours, milliseconds: a pipeline's clock is not ours. */
const WINDOW_MS = 5 * 60_000;

/**
 * Checks a call that a pipeline of the repository makes (CNB itself has no webhooks): its signature on the raw bytes, then the instant that
 * was signed with them. Never throws.
 */
export function readCnbDelivery(secret: string | undefined, { body, headers, receivedAt }: Delivery): DeliveryVerdict {
  const signature = /^sha256=([0-9a-f]{64})$/.exec(headers["x-maestro-signature-256"] ?? "")?.[1];
  if (secret === undefined || signature === undefined) return { ok: false, code: "unsigned" };
  const expected = createHmac("sha256", secret).update(body).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, "hex"))) return { ok: false, code: "bad_signature" };
  const payload = parsed(body);
  if (!validateCnbDelivery(payload)) return { ok: false, code: "unreadable" };
  if (Math.abs(receivedAt - payload.at * 1_000) > WINDOW_MS) return { ok: false, code: "too_old" };
  const pull = String(payload.pull ?? "");
  return { ok: true, id: payload.id, subjects: pull === "" ? [] : [pull] };
}

function parsed(body: Uint8Array): unknown {
  try {
    return parseJson(Buffer.from(body).toString());
  } catch {
    // What cannot be parsed fits no schema: the verdict says so.
    return undefined;
  }
}
