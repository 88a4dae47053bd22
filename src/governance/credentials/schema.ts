import { type Static, Type } from "typebox";

const Text = Type.String();

/** A secret, sealed for its place in the store. Bytes are in base64. */
const SealedCredential = Type.Object(
  { provider: Text, id: Text, nonce: Text, tag: Text, data: Text },
  { additionalProperties: false },
);

/** `credentials/credentials.json` in Maestro's home. */
export type CredentialFile = Static<typeof CredentialFile>;
export const CredentialFile = Type.Object(
  {
    version: Type.Literal(1),
    /** Where its key is kept. */
    key_in: Type.Union([Type.Literal("keyring"), Type.Literal("file"), Type.Literal("environment")]),
    /** Tells keys apart, and nothing of the key. */
    key_id: Text,
    credentials: Type.Array(SealedCredential),
  },
  { additionalProperties: false },
);
