import type { IncomingMessage, ServerResponse } from "node:http";
import { answerGit, type Credentials, type GitForge, type GitVerdict } from "../git-http/index.ts";
import { isoOf } from "../shared/clock.ts";
import type { Call } from "../shared/fake-server.ts";
import { type Fault, isWebhookFault } from "../shared/faults.ts";
import { findToken, permissionOn } from "./identity.ts";
import { afterRefUpdate } from "./pull-events.ts";
import { atLeast, type GithubRepo } from "./state.ts";
import { findRepo, type World } from "./world.ts";

/** Takes over what Git asks. Faults name `git-receive-pack`, `git-upload-pack`, or `… refs` for the question before them. */
export async function divert(
  { world }: { world: World },
  message: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const service = /(git-(?:receive|upload)-pack)/.exec(message.url ?? "")?.[1];
  if (service === undefined) return false;
  const operation = message.method === "GET" ? `${service} refs` : service;
  const fault = world.server.faults.take([operation], (kind) => !isWebhookFault(kind));
  if (fault?.kind === "status") {
    message.resume();
    note(world, message, operation, null, fault.status ?? 502, false, fault);
    response.writeHead(fault.status ?? 502, fault.headers ?? {}).end(String(fault.body ?? "Bad Gateway"));
    return true;
  }
  if (fault?.kind === "drop_before" || fault?.kind === "hold") {
    note(world, message, operation, null, 0, false, fault);
    if (fault.kind === "drop_before") response.destroy();
    return true;
  }
  return answerGit(forgeOf(world, message, operation, fault), message, response);
}

function forgeOf(world: World, message: IncomingMessage, operation: string, fault: Fault | undefined): GitForge {
  return {
    authorize: (path, credentials, service) => authorize(world, path, credentials, service),
    happened: (path, event) => {
      const repo = findAt(world, path);
      const isDropped = fault?.kind === "drop_after";
      const hasEffect = event.updates.length > 0;
      const call = note(world, message, operation, event.identity, isDropped ? 0 : event.status, hasEffect, fault);
      if (repo !== undefined && hasEffect) {
        const doing = { world, call, data: world.data, actor: event.identity ?? "" };
        for (const update of event.updates) afterRefUpdate(doing, repo, update);
        world.store.commit();
      }
      return isDropped ? "drop" : "answer";
    },
  };
}

function findAt(world: World, path: string): GithubRepo | undefined {
  const [owner = "", name = ""] = path.split("/");
  return findRepo(world.data, owner, name);
}

/** Who may not know of a repository is told that there is none; who comes without a token is asked for one. */
function authorize(world: World, path: string, credentials: Credentials | undefined, service: string): GitVerdict {
  const { data, now } = world;
  const token = findToken(data, credentials?.password, now) ?? findToken(data, credentials?.user, now);
  if (credentials !== undefined && token === undefined) return { kind: "unauthenticated" };
  const repo = findAt(world, path);
  const permission = repo && permissionOn(token === undefined ? { kind: "nobody" } : { kind: "token", token }, repo);
  if (repo === undefined || permission === undefined || !atLeast(permission, "read")) {
    return token === undefined
      ? { kind: "unauthenticated" }
      : { kind: "refused", status: 404, message: "Repository not found." };
  }
  if (service === "git-receive-pack" && !atLeast(permission, "write")) {
    if (token === undefined) return { kind: "unauthenticated" };
    return { kind: "refused", status: 403, message: "Write access to repository not granted." };
  }
  const noForce = repo.rules.map(({ branch }) => branch);
  const locked = repo.rules.filter((rule) => rule.locked).map(({ branch }) => branch);
  return { kind: "allowed", identity: token?.login ?? "anonymous", repository: world.git(repo), locked, noForce };
}

/** Puts a Git request on the log like any other call. */
function note(
  world: World,
  message: IncomingMessage,
  operation: string,
  identity: string | null,
  status: number,
  effect: boolean,
  fault: Fault | undefined,
): Call {
  const method = message.method ?? "GET";
  const path = message.url ?? "";
  const at = isoOf(world.now);
  world.server.log.add({
    service: "github",
    at,
    method,
    path,
    operation,
    variables: {},
    identity,
    status,
    effect,
    fault: fault?.kind ?? null,
  });
  const request = {
    method,
    path,
    query: new URLSearchParams(),
    headers: message.headers,
    raw: Buffer.alloc(0),
    origin: world.server.url,
  };
  return { request, operation, aliases: [], variables: {}, identity, effect, lagMs: 0, keep: undefined };
}
