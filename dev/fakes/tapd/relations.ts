import type { Reply } from "../shared/http.ts";
import { checkNames, required } from "./params.ts";
import { invalid, success } from "./refusal.ts";
import type { TapdLink, TapdTimeRelation } from "./state.ts";
import { findItem } from "./work-items.ts";
import { type Ask, nextId, type Route } from "./world.ts";

/** Dependencies ("time relations") and plain links between stories. */
export const RELATION_ROUTES: Record<string, Route> = {
  "GET /stories/get_time_relative_stories": timeRelations,
  "POST /stories/save_time_relations": saveTimeRelations,
  "GET /stories/get_link_stories": links,
  "POST /stories/add_story_link_relations": addLink,
};

const RELATION = /^relations\[(\d+)\]\[(workitem_id|dst_workitem_id|src_field|dst_field)\]$/;

/** Both those that block the story and those that it blocks. */
function timeRelations(ask: Ask): Reply {
  const id = story(ask);
  const own = ask.data.timeRelations.filter((one) => one.workitemId === id || one.dstWorkitemId === id);
  return success(own.map((one) => ({ WorkitemTimeRelation: timeRelationView(one) })));
}

/** All or none; one that is there already stays as it is. */
function saveTimeRelations(ask: Ask): Reply {
  checkNames(ask.params, (name) => name === "current_user" || RELATION.test(name));
  required(ask.params, "current_user");
  const drafts = new Map<string, Record<string, string>>();
  for (const [name, value] of Object.entries(ask.params)) {
    const [, index = "", field = ""] = RELATION.exec(name) ?? [];
    if (index !== "") drafts.set(index, { ...drafts.get(index), [field]: value });
  }
  if (drafts.size === 0) throw invalid("relations is required");
  const saved = [...drafts.values()].map((draft) => readRelation(ask, draft));
  for (const relation of saved) {
    if (ask.data.timeRelations.includes(relation)) continue;
    ask.data.timeRelations.push(relation);
    ask.call.effect = true;
  }
  return success(saved.map((one) => ({ WorkitemTimeRelation: timeRelationView(one) })));
}

function readRelation(ask: Ask, draft: Record<string, string>): TapdTimeRelation {
  const workitemId = findItem(ask, "story", required(draft, "workitem_id")).id;
  const dstWorkitemId = findItem(ask, "story", required(draft, "dst_workitem_id")).id;
  if (workitemId === dstWorkitemId) throw invalid("dst_workitem_id is invalid");
  const srcField = required(draft, "src_field");
  const dstField = required(draft, "dst_field");
  for (const field of [srcField, dstField]) {
    if (field !== "begin" && field !== "due") throw invalid(`field of a time relation is invalid: ${field}`);
  }
  const known = ask.data.timeRelations.find(
    (one) => one.workitemId === workitemId && one.dstWorkitemId === dstWorkitemId,
  );
  return known ?? { id: nextId(ask), workspaceId: ask.workspace.id, workitemId, dstWorkitemId, srcField, dstField };
}

function links(ask: Ask): Reply {
  const id = story(ask);
  const own = ask.data.links.filter((one) => one.srcStoryId === id || one.targetStoryId === id);
  return success(own.map((one) => ({ StoryLinkRelation: linkView(one) })));
}

function addLink(ask: Ask): Reply {
  checkNames(ask.params, (name) => name === "src_story_id" || name === "target_story_id");
  const srcStoryId = findItem(ask, "story", required(ask.params, "src_story_id")).id;
  const targetStoryId = findItem(ask, "story", required(ask.params, "target_story_id")).id;
  if (srcStoryId === targetStoryId) throw invalid("target_story_id is invalid");
  const known = ask.data.links.find((one) => one.srcStoryId === srcStoryId && one.targetStoryId === targetStoryId);
  if (known !== undefined) return success({ StoryLinkRelation: linkView(known) });
  const link: TapdLink = { id: nextId(ask), workspaceId: ask.workspace.id, srcStoryId, targetStoryId };
  ask.data.links.push(link);
  ask.call.effect = true;
  return success({ StoryLinkRelation: linkView(link) });
}

/** The story that is asked about; one call tells of one only. */
function story(ask: Ask): string {
  checkNames(ask.params, (name) => name === "story_id");
  return findItem(ask, "story", required(ask.params, "story_id")).id;
}

function timeRelationView(one: TapdTimeRelation) {
  return {
    id: one.id,
    workspace_id: one.workspaceId,
    workitem_id: one.workitemId,
    dst_workitem_id: one.dstWorkitemId,
    src_field: one.srcField,
    dst_field: one.dstField,
  };
}

function linkView(one: TapdLink) {
  return {
    id: one.id,
    workspace_id: one.workspaceId,
    src_story_id: one.srcStoryId,
    target_story_id: one.targetStoryId,
  };
}
