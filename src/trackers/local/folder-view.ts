import type { LinkedIssue } from "../../contracts/relation-view.ts";
import type { Issue } from "../../model/issue.ts";
import { malformed } from "./errors.ts";
import { type FollowUp, type LocalIssue, withBlockers } from "./map.ts";
import type { IssueRecord, RecordFault } from "./record.ts";

/** A folder at one moment. */
export interface FolderView {
  /** In the order of their numbers: ISS-2 comes before ISS-10. */
  readonly issues: readonly Issue[];
  readonly byId: ReadonlyMap<string, Issue>;
  readonly byIdentifier: ReadonlyMap<string, Issue>;
  readonly faults: readonly RecordFault[];
  readonly linked: readonly ViewedIssue[];
}

/** An issue with what its file says of others. */
export interface ViewedIssue extends LinkedIssue {
  readonly followUp: FollowUp | null;
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

/**
 * Puts the files of a folder together. When two hold one id (people copy files), it stays with the one that had it in the view before,
 * else with the file that is named after it, else with the first; the others are malformed.
 */
export function viewOf(records: readonly IssueRecord[], before: FolderView | undefined): FolderView {
  const faults: RecordFault[] = [];
  const owners = new Map<string, IssueRecord & { content: LocalIssue }>();
  const sorted = [...records].sort((a, b) => COLLATOR.compare(a.identifier, b.identifier));
  for (const record of sorted) {
    const { content } = record;
    if (!("issue" in content)) {
      faults.push(content);
      continue;
    }
    const { id } = content.issue;
    const owner = owners.get(id);
    const candidate = { ...record, content };
    if (owner === undefined) {
      owners.set(id, candidate);
      continue;
    }
    const [keeper, copy] = rank(candidate, before) > rank(owner, before) ? [candidate, owner] : [owner, candidate];
    owners.set(id, keeper);
    faults.push(twinFault(copy, keeper));
  }
  const names = new Map([...owners.values()].map(({ identifier, content }) => [identifier, content]));
  const linked = [...names.values()]
    .map((content) => ({ ...content, issue: withBlockers(content, names) }))
    .sort((a, b) => COLLATOR.compare(a.issue.identifier, b.issue.identifier));
  const issues = linked.map(({ issue }) => issue);
  return {
    issues,
    byId: new Map(issues.map((issue) => [issue.id, issue])),
    byIdentifier: new Map(issues.map((issue) => [issue.identifier, issue])),
    faults,
    linked,
  };
}

function rank({ identifier, content }: { identifier: string; content: LocalIssue }, before?: FolderView): number {
  if (before?.byId.get(content.issue.id)?.identifier === identifier) return 2;
  return content.issue.id === identifier ? 1 : 0;
}

function twinFault(copy: IssueRecord & { content: LocalIssue }, keeper: IssueRecord): RecordFault {
  const why = `the id "${copy.content.issue.id}" already belongs to ${keeper.identifier}; remove the line "id" from the copy`;
  return { identifier: copy.identifier, error: malformed(copy.path, { line: 1, column: 1 }, why), ids: [] };
}
