import { linkText, linkTopic, readLinkTopic, type WrittenLink } from "../../contracts/relation-topic.ts";
import type { IssueRelation } from "../../contracts/tracker.ts";
import type { Comments } from "./comments.ts";
import type { Dependencies } from "./dependencies.ts";
import { identifierOf, issueIdOf, refIn } from "./entities.ts";
import { impossible, unknownIssue } from "./errors.ts";
import { refTo } from "./map.ts";
import type { ItemReader } from "./reader.ts";

/** What links are said with. */
export interface SaidLinkParts {
  readonly reader: ItemReader;
  readonly comments: Comments;
  readonly dependencies: Dependencies;
}

/**
 * Makes the one link of a kind. Two stories are linked, which is all that TAPD can say; that one is a duplicate, and every link of a bug, is
 * said by a comment.
 */
export async function relate(
  { reader, comments, dependencies }: SaidLinkParts,
  issueId: string,
  { kind, identifier }: WrittenLink,
  signal: AbortSignal,
): Promise<void> {
  const from = refTo(await reader.get(issueId, signal));
  const to = refIn(identifier);
  const [found] = to === undefined ? [] : await reader.items([to], signal);
  if (to === undefined || found === undefined) throw unknownIssue(identifier);
  if (issueIdOf(from) === issueIdOf(to)) throw impossible("An issue cannot be linked to itself.");
  const areStories = from.entity === "story" && to.entity === "story";
  if (areStories) await dependencies.link(from.id, to.id, signal);
  if (areStories && kind === "related") return;
  const name = identifierOf(to);
  await comments.ensure(issueId, linkTopic({ kind, identifier: name }), linkText(kind, name), "maestro", signal);
}

/** TAPD's own links of an item, and those that comments of ours say. A link of TAPD's that a comment says more exactly is left out. */
export async function relations(
  { reader, comments, dependencies }: SaidLinkParts,
  issueId: string,
  signal: AbortSignal,
): Promise<IssueRelation[]> {
  const shown = await dependencies.relations(await reader.get(issueId, signal), signal);
  const said = (await comments.list(issueId, null, signal)).flatMap(({ topic }) => readLinkTopic(topic) ?? []);
  const refs = said.flatMap(({ identifier }) => refIn(identifier) ?? []);
  const found = await reader.items(refs, signal);
  const isSaid = (identifier: string): boolean => said.some((link) => link.identifier === identifier);
  return [
    ...shown.filter(({ kind, identifier }) => kind !== "related" || !isSaid(identifier)),
    ...said.flatMap(({ kind, identifier }): IssueRelation[] => {
      const ref = refIn(identifier);
      if (ref === undefined) return [];
      const other = found.find((one) => issueIdOf(refTo(one)) === issueIdOf(ref));
      return [{ kind, issueId: issueIdOf(ref), identifier, state: other?.item.status ?? null }];
    }),
  ];
}
