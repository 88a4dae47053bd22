import type { IncomingMessage, ServerResponse } from "node:http";
import { answerGit, type Credentials, type GitForge, type GitVerdict } from "../git-http/index.ts";
import { isoOf } from "../shared/clock.ts";
import type { Call } from "../shared/fake-server.ts";
import { type Fault, isWebhookFault } from "../shared/faults.ts";
import { hasScope, permissionOn } from "./identity.ts";
import { afterRefUpdate } from "./pull-events.ts";
import { findRepo, type World } from "./world.ts";

/** Takes over what Git asks. Faults name `git-receive-pack`, `git-upload-pack`, or `… refs` for the question before them. */
export async function divert(world: World, message: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const service = /(git-(?:receive|upload)-pack)/.exec(message.url ?? "")?.[1];
  if (service === undefined) return false;
  const operation = message.method === "GET" ? `${service} refs` : service;
  const fault = world.server.faults.take([operation], (kind) => !isWebhookFault(kind));
  if (fault?.kind === "status") {
    message.resume();
    note(world, message, operation, { identity: null, status: fault.status ?? 502, effect: false }, fault);
    response.writeHead(fault.status ?? 502, fault.headers ?? {}).end(String(fault.body ?? "Bad Gateway"));
    return true;
  }
  if (fault?.kind === "drop_before" || fault?.kind === "hold") {
    note(world, message, operation, { identity: null, status: 0, effect: false }, fault);
    if (fault.kind === "drop_before") response.destroy();
    return true;
  }
  return answerGit(forgeOf(world, message, operation, fault), message, response);
}

function forgeOf(world: World, message: IncomingMessage, operation: string, fault: Fault | undefined): GitForge {
  return {
    authorize: (path, credentials, service) => authorize(world, path, credentials, service),
    happened: (path, { identity, status, updates }) => {
      const repo = findRepo(world.data, path);
      const isDropped = fault?.kind === "drop_after";
      const effect = updates.length > 0;
      const call = note(world, message, operation, { identity, status: isDropped ? 0 : status, effect }, fault);
      if (repo !== undefined && effect) {
        const doing = { world, call, data: world.data, actor: identity ?? "" };
        for (const update of updates) afterRefUpdate(doing, repo, update);
        world.store.commit();
      }
      return isDropped ? "drop" : "answer";
    },
  };
}

/** The user is always `cnb`, the password a token. */
function authorize(world: World, path: string, credentials: Credentials | undefined, service: string): GitVerdict {
  const token =
    credentials?.user === "cnb" ? world.data.tokens.find((one) => one.token === credentials.password) : undefined;
  if (credentials !== undefined && token === undefined) return { kind: "unauthenticated" };
  const repo = findRepo(world.data, path);
  const isWrite = service === "git-receive-pack";
  if (token === undefined) {
    if (repo === undefined || repo.private || isWrite) return { kind: "unauthenticated" };
  } else {
    const permission = repo && permissionOn(token, repo);
    if (permission === undefined) return { kind: "refused", status: 404, message: "Repository not found." };
    const isAllowed = hasScope(token, isWrite ? "repo-code:rw" : "repo-code:r") && (!isWrite || permission === "write");
    if (!isAllowed) return { kind: "refused", status: 403, message: "Permission denied." };
  }
  if (repo === undefined) return { kind: "unauthenticated" };
  const noForce = repo.protections.map(({ branch }) => branch);
  const locked = repo.protections.filter(({ pullRequestsOnly }) => pullRequestsOnly).map(({ branch }) => branch);
  return { kind: "allowed", identity: token?.username ?? "anonymous", repository: world.git(repo), locked, noForce };
}

/** Puts a Git request on the log like any other call. */
function note(
  world: World,
  message: IncomingMessage,
  operation: string,
  outcome: { identity: string | null; status: number; effect: boolean },
  fault: Fault | undefined,
): Call {
  const { server } = world;
  const method = message.method ?? "GET";
  const path = message.url ?? "";
  const facts = { service: "cnb", at: isoOf(world.now), method, path, operation, variables: {} };
  server.log.add({ ...facts, ...outcome, fault: fault?.kind ?? null });
  const { headers } = message;
  const request = { method, path, query: new URLSearchParams(), headers, raw: Buffer.alloc(0), origin: server.url };
  return { request, operation, aliases: [], variables: {}, ...outcome, lagMs: 0, keep: undefined };
}
