import type { Clock } from "../../base/clock.ts";
import { changedAt } from "./map.ts";
import type { IssueNode, RelationNode } from "./schema.ts";

/** How long a read may lag behind a write of ours, milliseconds. Far more than was ever seen of Linear, and short for a person. */
const LAG_MS = 60_000;

interface Written {
  readonly node: IssueNode;
  readonly relations: readonly RelationNode[];
  readonly at: number;
}

/** What our own writes were answered with, so that a read which lags behind them does not bring an old state back. */
export class RecentWrites {
  readonly #clock: Clock;
  readonly #written = new Map<string, Written>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps the answer to a write; `relations` are those made with it, which may show up later than the issue itself. */
  keep(node: IssueNode, relations: readonly RelationNode[] = []): void {
    const now = this.#clock.monotonic();
    for (const [id, { at }] of this.#written) if (now - at > LAG_MS) this.#written.delete(id);
    this.#written.set(node.id, { node, relations, at: now });
  }

  /** The issue as it was written less than a minute ago. */
  find(id: string): IssueNode | undefined {
    return this.#recent(id)?.node;
  }

  /** What was read, or what was written when that is newer. */
  freshest(read: IssueNode): IssueNode {
    const written = this.#recent(read.id);
    if (written === undefined) return read;
    if (changedAt(read) < changedAt(written.node)) return written.node;
    const { nodes, pageInfo } = read.inverseRelations;
    const unseen = written.relations.filter((one) => !nodes.some(({ issue }) => issue.id === one.issue.id));
    return unseen.length === 0 ? read : { ...read, inverseRelations: { nodes: [...nodes, ...unseen], pageInfo } };
  }

  #recent(id: string): Written | undefined {
    const written = this.#written.get(id);
    return written !== undefined && this.#clock.monotonic() - written.at <= LAG_MS ? written : undefined;
  }
}
