import type { Reply } from "../shared/http.ts";
import { filterRows, pageOf } from "./listing.ts";
import { checkNames, required } from "./params.ts";
import { invalid, success } from "./refusal.ts";
import type { System, TapdComment } from "./state.ts";
import { notify } from "./webhooks.ts";
import { findItem } from "./work-items.ts";
import { type Ask, instantOf, nextId, type Route, type World } from "./world.ts";

export const COMMENT_ROUTES: Record<string, Route> = { "GET /comments": list, "POST /comments": save };

const FIELDS = ["id", "workspace_id", "entry_type", "entry_id", "description", "author", "created", "modified"];
/** Plural for one, singular for the other: so the documents have it. */
const SYSTEMS: Readonly<Record<string, System>> = { stories: "story", bug: "bug" };

function list(ask: Ask): Reply {
  const own = ask.data.comments.filter(({ workspaceId }) => workspaceId === ask.workspace.id);
  const isField = (name: string) => FIELDS.includes(name);
  const rows = filterRows(
    ask,
    own.map((comment) => commentView(ask.world, comment)),
    isField,
  );
  return pageOf(ask, rows, "Comment", isField);
}

function save(ask: Ask): Reply {
  checkNames(ask.params, (name) => ["id", "entry_type", "entry_id", "description", "author"].includes(name));
  const description = required(ask.params, "description");
  const comment = ask.params.id === undefined ? create(ask, description) : update(ask, ask.params.id, description);
  return success({ Comment: commentView(ask.world, comment) });
}

function create(ask: Ask, description: string): TapdComment {
  const entryType = required(ask.params, "entry_type");
  const system = SYSTEMS[entryType];
  if (system === undefined) throw invalid("entry_type is invalid");
  const { id: entryId } = findItem(ask, system, required(ask.params, "entry_id"));
  const now = ask.world.server.clock.now();
  const comment: TapdComment = {
    ...{ id: nextId(ask), workspaceId: ask.workspace.id, entryType, entryId, description },
    ...{ author: ask.params.author ?? ask.account, createdAt: now, modifiedAt: now },
  };
  ask.data.comments.push(comment);
  notify(ask, `${system}_comment::add`, comment.id, {});
  return comment;
}

function update(ask: Ask, id: string, description: string): TapdComment {
  const comment = ask.data.comments.find((one) => one.id === id && one.workspaceId === ask.workspace.id);
  if (comment === undefined) throw invalid(`Comment ${id} not existed`);
  const old = comment.description;
  Object.assign(comment, { description, modifiedAt: ask.world.server.clock.now() });
  notify(ask, `${SYSTEMS[comment.entryType] ?? "story"}_comment::update`, comment.id, { description: old });
  return comment;
}

function commentView(world: World, comment: TapdComment): Record<string, string> {
  return {
    id: comment.id,
    workspace_id: comment.workspaceId,
    entry_type: comment.entryType,
    entry_id: comment.entryId,
    description: comment.description,
    author: comment.author,
    created: instantOf(world, comment.createdAt),
    modified: instantOf(world, comment.modifiedAt),
  };
}
