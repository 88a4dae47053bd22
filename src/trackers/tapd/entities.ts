// Stories and bugs: the same with other names. Their numbers are counted apart, so that an id alone does not tell which of them it is.

export type Entity = "story" | "bug";

interface EntityNames {
  /** In addresses. */
  readonly path: "/stories" | "/bugs";
  /** Around each row of an answer. */
  readonly wrap: "Story" | "Bug";
  readonly title: "name" | "title";
  readonly owner: "owner" | "current_owner";
  readonly maker: "creator" | "reporter";
  /** Of its comments: a plural for one, a singular for the other. */
  readonly entryType: "stories" | "bug";
  readonly fields: readonly string[];
}

/** A story or a bug of the workspace. */
export interface ItemRef {
  readonly entity: Entity;
  /** 19 digits; always a text, because a number loses the last ones. */
  readonly id: string;
}

const COMMON = ["id", "status", "description", "priority", "priority_label", "label", "created", "modified"];

/** What TAPD calls things. */
export const ENTITIES: Readonly<Record<Entity, EntityNames>> = {
  story: {
    ...{ path: "/stories", wrap: "Story", title: "name", owner: "owner", maker: "creator", entryType: "stories" },
    fields: [...COMMON, "name", "owner", "parent_id", "workitem_type_id"],
  },
  bug: {
    ...{ path: "/bugs", wrap: "Bug", title: "title", owner: "current_owner", maker: "reporter", entryType: "bug" },
    fields: [...COMMON, "title", "current_owner"],
  },
};

/** The id that the rest of Maestro knows it by. */
export function issueIdOf({ entity, id }: ItemRef): string {
  return entity === "story" ? id : `bug-${id}`;
}

/** What an id speaks of; `undefined` when TAPD has no such ids. */
export function refOf(issueId: string): ItemRef | undefined {
  const [, bug, id] = /^(bug-)?(\d{6,25})$/.exec(issueId) ?? [];
  return id === undefined ? undefined : { entity: bug === undefined ? "story" : "bug", id };
}

/** What people call it. */
export function identifierOf({ entity, id }: ItemRef): string {
  return `TAPD-${entity === "story" ? "" : "BUG-"}${id}`;
}

/** What `TAPD-…`, `TAPD-BUG-…`, or an id alone speaks of. */
export function refIn(identifier: string): ItemRef | undefined {
  const [, bug, id] = /^(?:tapd-)?(bug-)?(\d{6,25})$/i.exec(identifier.trim()) ?? [];
  return id === undefined ? undefined : { entity: bug === undefined ? "story" : "bug", id };
}
