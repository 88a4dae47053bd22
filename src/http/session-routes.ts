import type { LinkDocument, SessionDocument } from "../model/documents/api.ts";
import type { Caller } from "./access.ts";
import { checked } from "./body.ts";
import type { Respond, Workings } from "./call.ts";
import { refusal } from "./errors.ts";
import { emptyReply, jsonReply, textReply } from "./reply.ts";
import { validateSessionBody } from "./schema.gen.ts";

/** The page with a token: it turns the token into a session. */
export function linkOf(origin: string, token: string): string {
  return `${origin}/?token=${token}`;
}

/** How a person gets in, and out again. */
export function sessionRoutes({ parts, access }: Workings) {
  const { secrets, log } = parts;
  return {
    openSession: (call) => {
      const { token, name = null } = checked(validateSessionBody, call.body);
      const opened = access.open(token, name);
      if (opened === null) {
        log.warn("a link was refused");
        throw refusal("link_refused");
      }
      log.info("a session was opened", { actor: opened.caller.actor });
      return jsonReply(secrets, sessionDocument(opened.caller), 200, { "set-cookie": opened.cookie });
    },
    session: ({ caller }) => {
      if (caller === null) throw refusal("unauthorized");
      return jsonReply(secrets, sessionDocument(caller));
    },
    endSession: ({ request }) => emptyReply(204, { "set-cookie": access.end(request.headers) }),
    newLink: ({ request, caller }) => {
      if (caller?.kind !== "bearer") throw refusal("bearer_needed");
      const { token, expiresAt } = access.newLink();
      const link: LinkDocument = {
        version: 1,
        link: linkOf(new URL(request.url).origin, token),
        expires_at: new Date(expiresAt).toISOString(),
      };
      // The one answer that is meant to tell a token.
      return textReply(JSON.stringify(link), "application/json; charset=utf-8");
    },
  } satisfies Record<string, Respond>;
}

function sessionDocument({ kind, actor, expiresAt }: Caller): SessionDocument {
  return { version: 1, kind, actor, expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString() };
}
