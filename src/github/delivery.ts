import { createHmac, timingSafeEqual } from "node:crypto";
import type { Delivery, DeliveryVerdict } from "../contracts/outside.ts";
import type { DeliveredPayload } from "./schema.ts";
import { validateDeliveredPayload } from "./schema.gen.ts";

/** Checks a webhook by its signature over the raw bytes. `subjectsOf` names what it may be about. Never throws. */
export function readGithubDelivery(
  delivery: Delivery,
  secret: string | undefined,
  subjectsOf: (payload: DeliveredPayload) => readonly number[],
): DeliveryVerdict {
  const { body, headers } = delivery;
  const signature = /^sha256=([0-9a-f]{64})$/.exec(headers["x-hub-signature-256"] ?? "")?.[1];
  if (secret === undefined || signature === undefined) return { ok: false, code: "unsigned" };
  const expected = createHmac("sha256", secret).update(body).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, "hex"))) return { ok: false, code: "bad_signature" };
  const id = headers["x-github-delivery"];
  const payload = parse(body);
  if (id === undefined || id === "" || payload === undefined) return { ok: false, code: "unreadable" };
  return { ok: true, id, subjects: [...new Set(subjectsOf(payload))].map(String) };
}

function parse(body: Uint8Array): DeliveredPayload | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(body).toString("utf8"));
    return validateDeliveredPayload(payload) ? payload : undefined;
  } catch {
    // What is signed and no JSON is no less unreadable than JSON of another shape.
    return undefined;
  }
}
