import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { MaestroError, systemCode } from "../base/errors.ts";
import { makeFolder } from "../base/folder.ts";
import { isJsonArray, isJsonObject, type JsonValue, parseJson } from "../base/json.ts";
import type { Random } from "../base/random.ts";
import { API_ROLES, type ApiRole, type ApiToken } from "../model/api-token.ts";

/** Length of a token, bytes. */
const TOKEN_BYTES = 32;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The tokens of a project's API, as hashes. None when the file is missing. Throws `api_tokens_unreadable`. */
export function readApiTokens(file: string): readonly ApiToken[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw unreadable(file, error);
  }
  const value = parseJson(text);
  const rows = isJsonObject(value) && value.version === 1 ? value.tokens : undefined;
  if (rows === undefined || !isJsonArray(rows)) throw unreadable(file);
  return rows.map((row) => tokenOf(file, row));
}

/** Makes a token and keeps its hash; the answer is the only place where it is ever seen. Throws `usage` for a name that is taken or is none. */
export async function createApiToken(
  file: string,
  { name, role, random, now }: { name: string; role: ApiRole; random: Random; now: number },
): Promise<string> {
  const known = readApiTokens(file);
  if (!NAME.test(name)) throw usage(`"${name}" is no name of a token: letters, digits, dots, dashes, underscores.`);
  if (known.some((token) => token.name === name)) throw usage(`There is a token "${name}" already.`);
  const token = `maestro_${random.hex(TOKEN_BYTES)}`;
  await write(file, [...known, { name, role, hash: apiTokenHash(token), createdAt: now }]);
  return token;
}

/** Forgets a token; a running service refuses it from then on. Throws `usage` for an unknown name. */
export async function revokeApiToken(file: string, name: string): Promise<void> {
  const known = readApiTokens(file);
  const left = known.filter((token) => token.name !== name);
  if (left.length === known.length) throw usage(`There is no token "${name}".`);
  await write(file, left);
}

/** As it is kept. */
export function apiTokenHash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

async function write(file: string, tokens: readonly ApiToken[]): Promise<void> {
  // A project that never ran has none yet.
  await makeFolder(dirname(file));
  const rows = tokens.map(({ name, role, hash, createdAt }) => ({ name, role, hash, created_at: createdAt }));
  return writeFileAtomic(file, `${JSON.stringify({ version: 1, tokens: rows }, null, 2)}\n`, { mode: 0o600 });
}

function tokenOf(file: string, row: JsonValue): ApiToken {
  if (!isJsonObject(row)) throw unreadable(file);
  const { name, hash, created_at: createdAt } = row;
  const role = API_ROLES.find((known) => known === row.role);
  const isWhole = typeof name === "string" && typeof hash === "string" && typeof createdAt === "number";
  if (role === undefined || !isWhole) throw unreadable(file);
  return { name, role, hash, createdAt };
}

function unreadable(file: string, cause?: unknown): MaestroError {
  const message = `${file} does not hold tokens of the API as Maestro writes them.`;
  return new MaestroError({
    code: "api_tokens_unreadable",
    message,
    hint: "Remove it, and make the tokens anew.",
    cause,
  });
}

function usage(message: string): MaestroError {
  return new MaestroError({ code: "usage", message, hint: "`maestro token list` shows them." });
}

/** Name of the file in a project's state directory. */
export const API_TOKENS = "http-tokens.json";
