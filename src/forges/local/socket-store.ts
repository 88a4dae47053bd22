import { connect, type Socket } from "node:net";
import { abortedError, isMaestroError, MaestroError, systemCode } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { parseJson } from "../../base/json.ts";
import { LineSplitter } from "../../base/jsonl.ts";
import type { ChangeDraft, Forge, MergeResult } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { Change } from "../../model/change.ts";
import {
  validateHostAnswer,
  validateWireChange,
  validateWireChangeOrNone,
  validateWireChanges,
  validateWireDeletion,
  validateWireMerge,
  validateWireNothing,
  validateWireText,
  validateWireTextOrNone,
} from "./schema.gen.ts";
import type { HostAnswer, HostRequest } from "./schema.ts";
import type { ForgeStore } from "./store.ts";

/** Longest answer in bytes. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** The store of a host program, asked over its socket: one connection per call. */
export class SocketStore implements ForgeStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async branchHead(branch: string, options: CallOptions): Promise<string | undefined> {
    return (await this.#ask("branchHead", { branch }, validateWireTextOrNone, options)) ?? undefined;
  }

  async ensureChange(draft: ChangeDraft, options: CallOptions): Promise<Change> {
    const { branch, base, headSha, title, body } = draft;
    return this.#ask("ensureChange", { branch, base, headSha, title, body }, validateWireChange, options);
  }

  async findChange(branch: string, options: CallOptions): Promise<Change | undefined> {
    return (await this.#ask("findChange", { branch }, validateWireChangeOrNone, options)) ?? undefined;
  }

  async changesByIds(ids: readonly string[], options: CallOptions): Promise<readonly Change[]> {
    return this.#ask("changesByIds", { ids }, validateWireChanges, options);
  }

  async list({ state }: Parameters<Forge["list"]>[0], options: CallOptions): Promise<readonly Change[]> {
    return this.#ask("list", { state }, validateWireChanges, options);
  }

  async diff(changeId: string, options: CallOptions): Promise<string> {
    return this.#ask("diff", { changeId }, validateWireText, options);
  }

  async review(changeId: string, review: Parameters<Forge["review"]>[1], options: CallOptions): Promise<void> {
    const { author, decision, body } = review;
    await this.#ask("review", { changeId, author, decision, body }, validateWireNothing, options);
  }

  async comment(changeId: string, author: string, body: string, options: CallOptions): Promise<string> {
    return this.#ask("comment", { changeId, author, body }, validateWireText, options);
  }

  async publishCheck(
    changeId: string,
    check: Parameters<Forge["publishCheck"]>[1],
    options: CallOptions,
  ): Promise<void> {
    const { name, headSha, passed, summary } = check;
    await this.#ask("publishCheck", { changeId, name, headSha, passed, summary }, validateWireNothing, options);
  }

  async merge(changeId: string, expectedHead: string, options: CallOptions): Promise<MergeResult> {
    return this.#ask("merge", { changeId, expectedHead }, validateWireMerge, options);
  }

  async close(changeId: string, options: CallOptions): Promise<void> {
    await this.#ask("close", { changeId }, validateWireNothing, options);
  }

  async deleteBranch(
    branch: string,
    expectedHead: string | null,
    options: CallOptions,
  ): Promise<"deleted" | "already" | "moved"> {
    return this.#ask("deleteBranch", { branch, expectedHead }, validateWireDeletion, options);
  }

  async health(options: CallOptions): Promise<void> {
    await this.#ask("health", {}, validateWireNothing, options);
  }

  async #ask<T>(
    verb: HostRequest["verb"],
    args: JsonObject,
    isValue: (value: unknown) => value is T,
    { signal }: CallOptions,
  ): Promise<T> {
    const line = await exchange(this.#path, JSON.stringify({ version: 1, verb, arguments: args }), signal);
    const answer = readAnswer(line);
    if (answer === undefined) throw unreadable(verb);
    if (!answer.ok) throw new MaestroError({ ...answer.error, facts: { verb } });
    if (!isValue(answer.value)) throw unreadable(verb);
    return answer.value;
  }
}

function readAnswer(line: string): HostAnswer | undefined {
  try {
    const value: unknown = parseJson(line);
    return validateHostAnswer(value) ? value : undefined;
  } catch (error) {
    if (isMaestroError(error) && error.code === "invalid_json") return undefined;
    throw error;
  }
}

/** Sends one line and waits for one. Rejects with `forge_status` when nobody listens, `forge_request` when the answer does not come, `aborted`. */
function exchange(path: string, line: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortedError(signal));
      return;
    }
    const socket: Socket = connect(path);
    const lines = new LineSplitter({ maxLineBytes: MAX_ANSWER_BYTES });
    let connected = false;
    const end = (settle: () => void): void => {
      signal.removeEventListener("abort", abort);
      socket.destroy();
      settle();
    };
    const abort = (): void => end(() => reject(abortedError(signal)));
    signal.addEventListener("abort", abort, { once: true });
    socket.setEncoding("utf8");
    socket.on("connect", () => {
      connected = true;
      socket.write(`${line}\n`);
    });
    socket.on("data", (chunk) => {
      const [answer] = lines.push(String(chunk));
      if (answer !== undefined) end(() => resolve(answer));
    });
    socket.on("error", (error) => end(() => reject(connected ? lost(error) : unreachable(path, error))));
    socket.on("close", () => end(() => reject(lost(undefined))));
  });
}

function lost(cause: unknown): MaestroError {
  return new MaestroError({
    code: "forge_request",
    message: "The forge's host program closed the connection without an answer.",
    retryable: true,
    cause,
  });
}

function unreachable(path: string, cause: unknown): MaestroError {
  return new MaestroError({
    code: "forge_status",
    message: `No host program of a local forge listens at ${path}.`,
    retryable: true,
    hint: "Start it again, or leave repo.provider.socket out.",
    facts: { path, system_code: systemCode(cause) ?? "" },
    cause,
  });
}

function unreadable(verb: string): MaestroError {
  return new MaestroError({
    code: "forge_response",
    message: `The answer of the forge's host program to ${verb} cannot be read.`,
    facts: { verb },
  });
}
