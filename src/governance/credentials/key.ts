import { join } from "node:path";
import { readTextIfExists, writeFileAtomic } from "../../base/atomic-file.ts";
import { MaestroError } from "../../base/errors.ts";
import { makeFolder } from "../../base/folder.ts";
import type { SecretRegistry } from "../../base/redact.ts";
import { findKeyring } from "./keyring.ts";
import { KEY_BYTES } from "./seal.ts";

/** Holds the key, 32 bytes in base64 or hex; outweighs every other place. */
export const KEY_VARIABLE = "MAESTRO_CREDENTIALS_KEY";
/** Holds the key that a rotation changes to, when the environment holds the present one. */
export const NEXT_KEY_VARIABLE = "MAESTRO_CREDENTIALS_KEY_NEXT";

/** Where a key is kept. */
export type KeyKind = "keyring" | "file" | "environment";

/** A place for the key. While a rotation goes on it holds two, the newest first. */
export interface KeyPlace {
  readonly kind: KeyKind;
  /** Throws `credentials_key_invalid`, `keyring_failed`, `file_read_failed`. */
  read(): Promise<readonly Buffer[]>;
  /** Throws `credentials_key_read_only`, `keyring_failed`, `file_write_failed`. */
  write(keys: readonly Buffer[]): Promise<void>;
}

/** What places of keys are found with. */
export interface KeySurroundings {
  /** MAESTRO_HOME. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Learns every key that is read. */
  readonly secrets: SecretRegistry;
}

/** Where the key of a new store is kept: the environment when it has one, else the keyring when there is one, else a file. */
export async function usualPlace(around: KeySurroundings): Promise<KeyPlace> {
  if (around.environment[KEY_VARIABLE]) return placeOf("environment", around);
  const keyring = await findKeyring(around.environment);
  return placeOf(keyring === null ? "file" : "keyring", around);
}

/** A place by its kind. Throws `keyring_missing`. */
export async function placeOf(kind: KeyKind, around: KeySurroundings): Promise<KeyPlace> {
  const { environment, home } = around;
  switch (kind) {
    case "environment":
      return { kind, read: async () => fromEnvironment(around), write: refuseEnvironment };
    case "file": {
      const file = keyFile(home);
      return {
        kind,
        read: async () => keysIn(around, (await readTextIfExists(file)) ?? "", file),
        write: async (keys) => {
          await makeFolder(home, 0o700);
          await writeFileAtomic(file, `${textOf(around, keys)}\n`, { mode: 0o600 });
        },
      };
    }
    case "keyring": {
      const keyring = await findKeyring(environment);
      if (keyring === null) throw noKeyring();
      return {
        kind,
        read: async () => keysIn(around, (await keyring.read()) ?? "", "the keyring"),
        // One line: the keyring of macOS takes no other.
        write: (keys) => keyring.write(textOf(around, keys).replaceAll("\n", ",")),
      };
    }
  }
}

/** The file with the key, beside the store and not in it, so that one can be copied without the other. */
export function keyFile(home: string): string {
  return join(home, "credentials.key");
}

/** The key that a variable holds. Throws `credentials_key_missing`, `credentials_key_invalid`. */
export function keyInVariable(around: KeySurroundings, name: string): Buffer {
  const text = around.environment[name];
  const [key] = text ? keysIn(around, text, name) : [];
  if (key !== undefined) return key;
  throw new MaestroError({
    code: "credentials_key_missing",
    message: `The key of the credential store is in no place that can be read: ${name} is not set.`,
    hint: `Set ${name} to the key, e.g. the output of \`openssl rand -base64 32\` for a new store.`,
  });
}

function fromEnvironment(around: KeySurroundings): readonly Buffer[] {
  return [keyInVariable(around, KEY_VARIABLE)];
}

async function refuseEnvironment(): Promise<void> {
  throw new MaestroError({
    code: "credentials_key_read_only",
    message: `Maestro cannot change ${KEY_VARIABLE} itself.`,
    hint: `Set ${NEXT_KEY_VARIABLE} to the new key, rotate, and put it into ${KEY_VARIABLE} afterwards.`,
  });
}

function textOf({ secrets }: KeySurroundings, keys: readonly Buffer[]): string {
  const texts = keys.map((key) => key.toString("base64"));
  for (const text of texts) secrets.register(KEY_VARIABLE, text);
  return texts.join("\n");
}

function keysIn({ secrets }: KeySurroundings, text: string, where: string): readonly Buffer[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  for (const word of words) secrets.register(KEY_VARIABLE, word);
  const keys = words.map((word) => Buffer.from(word, /^[0-9a-fA-F]{64}$/.test(word) ? "hex" : "base64"));
  if (keys.every(({ length }) => length === KEY_BYTES)) return keys;
  throw new MaestroError({
    code: "credentials_key_invalid",
    message: `What ${where} holds is no key: it has to be ${KEY_BYTES} bytes in base64 or hex.`,
    hint: "`openssl rand -base64 32` makes one.",
  });
}

function noKeyring(): MaestroError {
  return new MaestroError({
    code: "keyring_missing",
    message: "No keyring was found here: neither `secret-tool` with a session bus nor `security` of macOS.",
    hint: "Keep the key in a file (`--key file`) or in MAESTRO_CREDENTIALS_KEY.",
  });
}
