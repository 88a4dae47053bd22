import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { MaestroError } from "../../base/errors.ts";

/** Bytes of a key: AES-256. */
export const KEY_BYTES = 32;
/** What GCM wants; drawn anew for every record that is written. */
const NONCE_BYTES = 12;
const ALGORITHM = "aes-256-gcm";

/** A secret that only the key opens, and only where it was put. Bytes are in base64. */
export interface Sealed {
  readonly nonce: string;
  readonly tag: string;
  readonly data: string;
}

/** A new key. */
export function newKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** Tells a key from others; of a key that was drawn at random it gives nothing away. */
export function keyId(key: Uint8Array): string {
  return createHash("sha256").update("maestro credentials key\n").update(key).digest("hex").slice(0, 16);
}

/** Seals a text for the place that it is kept at. */
export function seal(key: Uint8Array, place: string, text: string): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(boundTo(place));
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return {
    nonce: nonce.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data: data.toString("base64"),
  };
}

/** The text. Throws `credentials_damaged` when it was changed, or moved from another place. */
export function unseal(key: Uint8Array, place: string, { nonce, tag, data }: Sealed): string {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(nonce, "base64"), { authTagLength: 16 });
    decipher.setAAD(boundTo(place));
    decipher.setAuthTag(Buffer.from(tag, "base64"));
    return Buffer.concat([decipher.update(Buffer.from(data, "base64")), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new MaestroError({
      code: "credentials_damaged",
      message: `The credential ${place} was changed outside of Maestro, and cannot be opened.`,
      hint: `Import it again: \`maestro accounts import ${place.replace("/", " ")}\`.`,
      facts: { credential: place },
      cause,
    });
  }
}

function boundTo(place: string): Buffer {
  return Buffer.from(`maestro credential 1 ${place}`, "utf8");
}
