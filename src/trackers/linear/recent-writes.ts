import type { Clock } from "../../base/clock.ts";
import { changedAt } from "./map.ts";
import type { IssueNode, RelationNode } from "./schema.ts";

/** How long a read may lag behind a write of ours, milliseconds. Far more than was ever seen of Linear, and short for a person. */
const LAG_MS = 60_000;

interface Written {
  readonly node: IssueNode;
  /** What was made with the issue, when it was made here; it may show up later than the issue itself. */
  readonly relations: readonly RelationNode[] | null;
  readonly at: number;
}

/** What our own writes were answered with, so that a read which lags behind them does not bring an old state back. */
export class RecentWrites {
  readonly #clock: Clock;
  readonly #written = new Map<string, Written>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps the answer to a change. */
  keep(node: IssueNode): void {
    this.#set(node, this.#recent(node.id)?.relations ?? null);
  }

  /** Keeps the answer to a creation. */
  keepNew(node: IssueNode, relations: readonly RelationNode[]): void {
    this.#set(node, relations);
  }

  /** An issue that was made here less than a minute ago: a read need not show it yet. */
  findNew(id: string): IssueNode | undefined {
    const written = this.#recent(id);
    return written === undefined || written.relations === null ? undefined : this.freshest(written.node);
  }

  /** What was read, or what was written when that is newer. */
  freshest(read: IssueNode): IssueNode {
    const written = this.#recent(read.id);
    if (written === undefined) return read;
    if (changedAt(read) < changedAt(written.node)) return written.node;
    const { nodes, pageInfo } = read.inverseRelations;
    const unseen = (written.relations ?? []).filter((one) => !nodes.some(({ issue }) => issue.id === one.issue.id));
    return unseen.length === 0 ? read : { ...read, inverseRelations: { nodes: [...nodes, ...unseen], pageInfo } };
  }

  #set(node: IssueNode, relations: Written["relations"]): void {
    const now = this.#clock.monotonic();
    for (const [id, { at }] of this.#written) if (now - at > LAG_MS) this.#written.delete(id);
    this.#written.set(node.id, { node, relations, at: now });
  }

  #recent(id: string): Written | undefined {
    const written = this.#written.get(id);
    return written !== undefined && this.#clock.monotonic() - written.at <= LAG_MS ? written : undefined;
  }
}
