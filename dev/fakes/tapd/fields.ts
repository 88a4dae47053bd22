import type { System, TapdItem } from "./state.ts";
import { instantOf, type World } from "./world.ts";

/** Writable fields with what they hold when nobody wrote them. */
export const FIELDS: Record<System, Readonly<Record<string, string>>> = {
  story: {
    ...{ name: "", description: "", owner: "", creator: "", label: "", priority: "", priority_label: "" },
    ...{ parent_id: "0", iteration_id: "0", begin: "", due: "" },
  },
  bug: {
    ...{ title: "", description: "", current_owner: "", reporter: "", label: "", priority: "", priority_label: "" },
    ...{ severity: "", resolution: "", iteration_id: "0" },
  },
};

/** Name of the field with the title, and of the one with whoever made it. */
export const NAMES = {
  story: { wrap: "Story", title: "name", maker: "creator" },
  bug: { wrap: "Bug", title: "title", maker: "reporter" },
} as const;

/** Fields with people. */
export const PEOPLE = ["owner", "creator", "current_owner", "reporter"];

/** Those of them that may hold several; each name is followed by a semicolon. */
export const OWNERS = ["owner", "current_owner"];

/** What `priority_label` may say, and the `priority` that goes with it. */
export const PRIORITIES: Record<System, Readonly<Record<string, string>>> = {
  story: { High: "4", Middle: "3", Low: "2", "Nice To Have": "1" },
  bug: { urgent: "urgent", high: "high", medium: "medium", low: "low", insignificant: "insignificant" },
};

const CUSTOM_FIELDS = 200;

export function isCustomField(name: string): boolean {
  const number = /^custom_field_(\d+)$/.exec(name)?.[1];
  return number !== undefined && Number(number) >= 1 && Number(number) <= CUSTOM_FIELDS;
}

/** The whole item as a list shows it, with the hundreds of custom fields that nobody filled in. */
export function itemView(world: World, item: TapdItem): Record<string, string> {
  const custom = Array.from({ length: CUSTOM_FIELDS }, (_, index): [string, string] => [
    `custom_field_${index + 1}`,
    "",
  ]);
  return {
    id: item.id,
    workspace_id: item.workspaceId,
    ...(item.system === "story" && { workitem_type_id: item.typeId }),
    status: item.status,
    created: instantOf(world, item.createdAt),
    modified: instantOf(world, item.modifiedAt),
    ...FIELDS[item.system],
    ...Object.fromEntries(custom),
    ...item.fields,
  };
}
