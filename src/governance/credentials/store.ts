import { join } from "node:path";
import { readTextIfExists, writeFileAtomic } from "../../base/atomic-file.ts";
import type { Clock } from "../../base/clock.ts";
import { MaestroError } from "../../base/errors.ts";
import { withFileLock } from "../../base/file-lock.ts";
import { makeFolder } from "../../base/folder.ts";
import { parseJson } from "../../base/json.ts";
import {
  KEY_VARIABLE,
  keyInVariable,
  type KeyKind,
  type KeySurroundings,
  NEXT_KEY_VARIABLE,
  placeOf,
  usualPlace,
} from "./key.ts";
import { validateCredentialFile } from "./schema.gen.ts";
import type { CredentialFile } from "./schema.ts";
import { keyId, newKey, seal, unseal } from "./seal.ts";

/** How long a write waits for that of another process, milliseconds. */
const LOCK_WAIT_MS = 10_000;

/** What a store is opened with. */
export interface CredentialStoreOptions extends KeySurroundings {
  readonly clock: Clock;
}

/** A file with its key. */
interface Opened {
  readonly file: CredentialFile;
  readonly key: Buffer;
}

/**
 * Secrets of accounts, each sealed by AES-256-GCM with a nonce of its own and bound to its place. One file; written as a whole, under a lock. All methods
 * throw `credentials_key_missing`, `credentials_key_wrong`, `credentials_key_invalid`, `credentials_invalid`, and the codes of files and keyrings.
 */
export class CredentialStore {
  readonly #options: CredentialStoreOptions;
  readonly #path: string;

  constructor(options: CredentialStoreOptions) {
    this.#options = options;
    this.#path = join(options.home, "credentials", "credentials.json");
  }

  /** A secret; `null` when there is none. Registers it for redaction. Throws `credentials_damaged` as well. */
  async read(provider: string, id: string): Promise<string | null> {
    const file = await this.#readFile();
    const found = file?.credentials.find((one) => one.provider === provider && one.id === id);
    if (file === null || found === undefined) return null;
    const text = unseal(await this.#keyOf(file), `${provider}/${id}`, found);
    this.#options.secrets.register(`${provider}/${id}`, text);
    return text;
  }

  /** Keeps a secret, in the place of an older one. Registers it for redaction. */
  async write(provider: string, id: string, text: string): Promise<void> {
    this.#options.secrets.register(`${provider}/${id}`, text);
    await this.#change(async () => {
      const { file, key } = (await this.#open()) ?? (await this.#begin());
      const sealed = { provider, id, ...seal(key, `${provider}/${id}`, text) };
      await this.#writeFile({ ...file, credentials: [...without(file, provider, id), sealed] });
    });
  }

  /** Forgets a secret. Needs no key. */
  async remove(provider: string, id: string): Promise<void> {
    if ((await this.#readFile()) === null) return;
    await this.#change(async () => {
      const file = await this.#readFile();
      if (file !== null) await this.#writeFile({ ...file, credentials: without(file, provider, id) });
    });
  }

  /** Where the key is kept, and how many secrets there are; `null` for a store that does not exist yet. */
  async describe(): Promise<{ readonly keyIn: KeyKind; readonly keyId: string; readonly count: number } | null> {
    const file = await this.#readFile();
    return file === null ? null : { keyIn: file.key_in, keyId: file.key_id, count: file.credentials.length };
  }

  /**
   * Seals everything with a new key, kept in `to` (default: where the present one is). Whenever it is broken off, one of the keys that are kept
   * opens the store. Returns how many secrets there are.
   */
  async rotate(to?: KeyKind): Promise<{ readonly keyIn: KeyKind; readonly keyId: string; readonly count: number }> {
    return this.#change(async () => {
      const { file, key } = (await this.#open()) ?? (await this.#begin());
      const place = await placeOf(to ?? file.key_in, this.#options);
      const next = place.kind === "environment" ? this.#keyFromOutside(file.key_in) : newKey();
      if (place.kind !== "environment") await place.write(place.kind === file.key_in ? [next, key] : [next]);
      const credentials = file.credentials.map(({ provider, id, ...sealed }) => {
        const name = `${provider}/${id}`;
        return { provider, id, ...seal(next, name, unseal(key, name, sealed)) };
      });
      await this.#writeFile({ ...file, key_in: place.kind, key_id: keyId(next), credentials });
      if (place.kind !== "environment") await place.write([next]);
      return { keyIn: place.kind, keyId: keyId(next), count: credentials.length };
    });
  }

  /** The environment's next key, or its first when the key comes from elsewhere. */
  #keyFromOutside(from: KeyKind): Buffer {
    return keyInVariable(this.#options, from === "environment" ? NEXT_KEY_VARIABLE : KEY_VARIABLE);
  }

  async #open(): Promise<Opened | null> {
    const file = await this.#readFile();
    return file === null ? null : { file, key: await this.#keyOf(file) };
  }

  /** A store that nobody has written to yet. A key that lies there already is taken. */
  async #begin(): Promise<Opened> {
    const place = await usualPlace(this.#options);
    const [known] = await place.read();
    const key = known ?? newKey();
    if (known === undefined) await place.write([key]);
    return { key, file: { version: 1, key_in: place.kind, key_id: keyId(key), credentials: [] } };
  }

  /** The environment's key, else the one where the file says. */
  async #keyOf({ key_in, key_id }: CredentialFile): Promise<Buffer> {
    const hasOwn = Boolean(this.#options.environment[KEY_VARIABLE]);
    const kinds: readonly KeyKind[] = hasOwn && key_in !== "environment" ? ["environment", key_in] : [key_in];
    const keys: Buffer[] = [];
    for (const kind of kinds) {
      keys.push(...(await (await placeOf(kind, this.#options)).read()));
      const key = keys.find((one) => keyId(one) === key_id);
      if (key !== undefined) return key;
    }
    const [code, what] =
      keys.length === 0
        ? (["credentials_key_missing", "is gone"] as const)
        : (["credentials_key_wrong", "is another one than its credentials were sealed with"] as const);
    throw new MaestroError({
      code,
      message: `The key of the credential store (${kinds.map((kind) => PLACES[kind]).join(", ")}) ${what}; nothing in ${this.#path} can be opened.`,
      hint: "Bring the key back, or move the file away and import the credentials again.",
      facts: { key_in, key_id },
    });
  }

  async #readFile(): Promise<CredentialFile | null> {
    const text = await readTextIfExists(this.#path);
    if (text === undefined) return null;
    let value: unknown;
    try {
      value = parseJson(text);
    } catch {
      // It is told below, like every other text that is no store.
    }
    if (validateCredentialFile(value)) return value;
    throw new MaestroError({
      code: "credentials_invalid",
      message: `${this.#path} is no credential store that this Maestro reads.`,
      hint: "Bring it back from a backup, or move it away and import the credentials again.",
      facts: { file: this.#path },
    });
  }

  async #writeFile(file: CredentialFile): Promise<void> {
    await writeFileAtomic(this.#path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  }

  async #change<T>(work: () => Promise<T>): Promise<T> {
    await makeFolder(this.#options.home, 0o700);
    await makeFolder(join(this.#options.home, "credentials"), 0o700);
    return withFileLock(this.#path, { clock: this.#options.clock, waitMs: LOCK_WAIT_MS }, work);
  }
}

const PLACES: Readonly<Record<KeyKind, string>> = {
  keyring: "in the keyring",
  file: "credentials.key in Maestro's home",
  environment: KEY_VARIABLE,
};

function without({ credentials }: CredentialFile, provider: string, id: string): CredentialFile["credentials"] {
  return credentials.filter((one) => one.provider !== provider || one.id !== id);
}
