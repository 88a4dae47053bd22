import type { Log } from "../../base/log.ts";
import { stateKey } from "../../model/issue.ts";
import type { LinearApi } from "./api.ts";
import { isUuid } from "./comment-mark.ts";
import { ISSUE_BLOCKERS, ISSUE_LABELS, ISSUES, PAGE_SIZE } from "./documents.ts";
import { unknownIssue, unreadable } from "./errors.ts";
import type { LinearSettings } from "./options.ts";
import type { RecentWrites } from "./recent-writes.ts";
import type { IssueNode } from "./schema.ts";
import { validateIssueNode } from "./schema.gen.ts";

/** The shortest first page of a list. */
const SMALLEST_PAGE = 10;

type Filter = Record<string, unknown>;

/** Which archived issues belong to an answer, and what becomes of nodes that are no issues (S-205). */
interface Wish {
  readonly filter: Filter;
  readonly first: number;
  readonly archived: boolean;
  readonly malformed: "leave_out" | "refuse";
}

/** Reads issues in scope, whole lists or an error. */
export class IssueReader {
  readonly #api: LinearApi;
  readonly #settings: LinearSettings;
  readonly #recent: RecentWrites;
  readonly #log: Log;
  readonly #told = new Set<string>();
  /** How long the first page of a list has to be, by its states: a page costs what it could hold, not what it holds. */
  readonly #expected = new Map<string, number>();

  constructor(api: LinearApi, settings: LinearSettings, recent: RecentWrites, log: Log) {
    this.#api = api;
    this.#settings = settings;
    this.#recent = recent;
    this.#log = log;
  }

  /** Those that are in one of the states, in the order of Linear's pages. */
  async inStates(states: readonly string[], signal: AbortSignal): Promise<readonly IssueNode[]> {
    const wanted = new Set(states.map(stateKey).filter((state) => state !== ""));
    if (wanted.size === 0) return [];
    const names = [...wanted].map((name) => ({ name: { eqIgnoreCase: name } }));
    const labels = this.#settings.labels.map((name) => ({ labels: { some: { name: { eqIgnoreCase: name } } } }));
    const filter = { state: { or: names }, ...(labels.length === 0 ? {} : { and: labels }) };
    const key = [...wanted].sort().join("\n");
    const first = this.#expected.get(key) ?? PAGE_SIZE;
    const nodes = await this.#read({ filter, first, archived: false, malformed: "leave_out" }, signal);
    this.#expected.set(key, Math.min(PAGE_SIZE, Math.max(SMALLEST_PAGE, Math.ceil(nodes.length * 1.25))));
    return nodes.filter((node) => wanted.has(stateKey(node.state.name)));
  }

  /** Those that exist, archived ones too: their work may not be over because a person tidied up. Throws `tracker_response` for a malformed one. */
  async byIds(ids: readonly string[], signal: AbortSignal): Promise<readonly IssueNode[]> {
    // Linear refuses a whole list for one text that is no id of its own.
    const wanted = [...new Set(ids)].filter(isUuid);
    const found: IssueNode[] = [];
    for (let at = 0; at < wanted.length; at += PAGE_SIZE) {
      const batch = wanted.slice(at, at + PAGE_SIZE);
      const filter = { id: { in: batch } };
      const nodes = await this.#read({ filter, first: batch.length, archived: true, malformed: "refuse" }, signal);
      const missing = batch.filter((id) => !nodes.some((node) => node.id === id));
      // One that was made just now may not show up yet.
      found.push(...nodes, ...missing.flatMap((id) => this.#recent.findNew(id) ?? []));
    }
    return found.filter((node) => node.trashed !== true);
  }

  /** The issue with this id. Throws `tracker_not_found`. */
  async one(id: string, signal: AbortSignal): Promise<IssueNode> {
    const [node] = await this.byIds([id], signal);
    if (node === undefined) throw unknownIssue(id);
    return node;
  }

  /** The issue that is called so, in scope or, for links to it, anywhere. */
  async byIdentifier(
    identifier: string,
    signal: AbortSignal,
    reach: "scope" | "anywhere" = "scope",
  ): Promise<IssueNode | undefined> {
    const [, key, number] = /^\s*([a-z][a-z0-9_]*)-(\d{1,9})\s*$/i.exec(identifier) ?? [];
    if (key === undefined || number === undefined) return undefined;
    const filter = { team: { key: { eq: key.toUpperCase() } }, number: { eq: Number(number) } };
    const wish: Wish = { filter, first: 1, archived: true, malformed: "refuse" };
    const nodes = await this.#read(wish, signal, reach);
    return nodes.find((node) => node.trashed !== true);
  }

  async #read(wish: Wish, signal: AbortSignal, reach: "scope" | "anywhere" = "scope"): Promise<readonly IssueNode[]> {
    const { first, archived } = wish;
    const filter = reach === "scope" ? this.#scoped(wish.filter) : wish.filter;
    const nodes = await this.#api.readAll(async (after) => {
      const size = after === null ? first : PAGE_SIZE;
      return (await this.#api.ask(ISSUES, { filter, first: size, after, archived }, signal)).issues;
    });
    const issues = new Map<string, IssueNode>();
    for (const node of nodes) {
      if (validateIssueNode(node)) issues.set(node.id, await this.#whole(node, signal));
      else this.#refuse(node, wish.malformed);
    }
    return [...issues.values()].map((node) => this.#recent.freshest(node));
  }

  #scoped(filter: Filter): Filter {
    const { projectSlugs, team } = this.#settings;
    const inProject = projectSlugs.length === 0 ? [] : [{ project: { slugId: { in: projectSlugs } } }];
    const inTeam = team === null ? [] : [{ team: { key: { eq: team } } }];
    return { and: [...inProject, ...inTeam, filter] };
  }

  /** An issue with more labels or relations than its page held: a label or a blocker that was left out would decide wrongly. */
  async #whole(node: IssueNode, signal: AbortSignal): Promise<IssueNode> {
    const { id, labels, inverseRelations } = node;
    const moreLabels = await this.#api.readRest(
      labels.pageInfo,
      async (after) => (await this.#api.ask(ISSUE_LABELS, { id, after }, signal)).issue.labels,
    );
    const moreRelations = await this.#api.readRest(
      inverseRelations.pageInfo,
      async (after) => (await this.#api.ask(ISSUE_BLOCKERS, { id, after }, signal)).issue.inverseRelations,
    );
    if (moreLabels.length + moreRelations.length === 0) return node;
    return {
      ...node,
      labels: { ...labels, nodes: [...labels.nodes, ...moreLabels] },
      inverseRelations: { ...inverseRelations, nodes: [...inverseRelations.nodes, ...moreRelations] },
    };
  }

  #refuse(node: unknown, malformed: Wish["malformed"]): void {
    const id = nameOf(node);
    if (malformed === "refuse") throw unreadable(`${id} is no issue: id, identifier, title or state is missing.`);
    if (this.#told.has(id)) return;
    this.#told.add(id);
    this.#log.warn("an issue of Linear was left out of a list: id, identifier, title or state is missing", { id });
  }
}

function nameOf(node: unknown): string {
  if (typeof node !== "object" || node === null) return "an entry";
  if ("identifier" in node && typeof node.identifier === "string") return node.identifier;
  return "id" in node && typeof node.id === "string" ? node.id : "an entry";
}
