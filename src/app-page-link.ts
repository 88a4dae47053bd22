import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { withDeadline } from "./base/abort.ts";
import type { Clock } from "./base/clock.ts";
import { MaestroError, systemCode } from "./base/errors.ts";
import { isJsonObject, parseJson } from "./base/json.ts";
import type { PageLink, Project } from "./cli/app.ts";

/** Longest wait for a service on this machine, milliseconds. */
const ANSWER_MS = 5_000;

/** See `App.pageLink`. Whoever can read the state directory is the one who runs the service. */
export async function askPageLink(
  { stateDirectory }: Project,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<PageLink> {
  const [origin, token] = await Promise.all(["http-address", "http-token"].map((name) => read(stateDirectory, name)));
  if (origin === undefined || token === undefined) throw notServed();
  let answer: Response;
  try {
    answer = await withDeadline(clock, ANSWER_MS, signal, (bounded) =>
      fetch(new URL("/api/v2/session/link", origin), {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        signal: bounded,
      }),
    );
  } catch (error) {
    if (signal.aborted) throw error;
    // A killed service leaves its address behind.
    throw notServed(error);
  }
  const value = answer.ok ? parseJson(await answer.text()) : undefined;
  if (!isJsonObject(value)) throw notServed();
  const { link, expires_at: expiresAt } = value;
  if (typeof link !== "string" || typeof expiresAt !== "string") throw notServed();
  return { link, expiresAt };
}

async function read(directory: string, name: string): Promise<string | undefined> {
  try {
    return (await readFile(join(directory, name), "utf8")).trim();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function notServed(cause?: unknown): MaestroError {
  return new MaestroError({
    code: "page_not_found",
    message: "No running service serves a page here.",
    hint: "`maestro daemon --port 4000` starts one with a page; server.port in the workflow file does it for every start.",
    cause,
  });
}
