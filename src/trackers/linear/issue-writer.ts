import type { Clock } from "../../base/clock.ts";
import { isMaestroError, type MaestroError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { IssueDraft, IssueUpdate, MoveResult } from "../../contracts/tracker.ts";
import { normaliseLabels, sameState } from "../../model/issue.ts";
import type { LinearApi } from "./api.ts";
import type { Catalogue } from "./catalogue.ts";
import { derivedId } from "./comment-mark.ts";
import { ISSUE_CREATE, ISSUE_UPDATE, RELATION_CREATE } from "./documents.ts";
import { impossible, unknownIssue } from "./errors.ts";
import type { IssueReader } from "./issue-reader.ts";
import type { LinearSettings } from "./options.ts";
import type { RecentWrites } from "./recent-writes.ts";
import type { IssueNode, RelationNode } from "./schema.ts";

/** A read that contradicts what is expected may lag behind a write of another process: it is asked once more after so many milliseconds. */
const SECOND_LOOK_MS = 1_000;
const PRIORITIES = [1, 2, 3, 4];

/** What the writer works with. */
export interface WriterParts {
  readonly api: LinearApi;
  readonly settings: LinearSettings;
  readonly reader: IssueReader;
  readonly catalogue: Catalogue;
  readonly recent: RecentWrites;
  readonly clock: Clock;
  readonly random: Random;
}

/** Changes issues. Linear has no compare and set, so what one process changes of one issue goes one after the other. */
export class IssueWriter {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Moves from the expected state; what Linear answers to the move is the state that counts. */
  async move(id: string, to: string, from: string | null, signal: AbortSignal): Promise<MoveResult> {
    const { api, reader, clock } = this.#parts;
    if (to.trim() === "") throw impossible("An issue's state must not be blank.");
    const attempt = async (): Promise<MoveResult> => {
      const issue = await reader.one(id, signal);
      if (sameState(issue.state.name, to)) return "already";
      if (from !== null && !sameState(issue.state.name, from)) return "conflict";
      const after = await this.#update(issue, await this.#stateInput(issue, to, signal), signal);
      return sameState(after.state.name, to) ? "moved" : "conflict";
    };
    return api.limiter.turns.run(
      id,
      async () => {
        const result = await attempt();
        if (result !== "conflict") return result;
        await clock.sleep(SECOND_LOOK_MS, signal);
        return attempt();
      },
      signal,
    );
  }

  /** Adds and removes by difference, in one request: what others add meanwhile stays. */
  async label(id: string, add: readonly string[], remove: readonly string[], signal: AbortSignal): Promise<void> {
    const { catalogue, reader } = this.#parts;
    const [added, removed] = [normaliseLabels(add), normaliseLabels(remove)];
    const issue = await reader.one(id, signal);
    const addedLabelIds = await catalogue.ensureLabelIds(issue.team.id, added, signal);
    const gone = removed.filter((name) => !added.includes(name));
    const own = issue.labels.nodes.filter(({ name }) => gone.includes(normaliseLabels([name])[0] ?? ""));
    const known = [...(await catalogue.labelIds(issue.team.id, gone, signal)).values()].flat();
    const removedLabelIds = [...new Set([...own.map((label) => label.id), ...known])];
    if (addedLabelIds.length + removedLabelIds.length === 0) return;
    await this.#update(issue, { addedLabelIds, removedLabelIds }, signal);
  }

  /** Sets what is given. */
  async update(id: string, change: IssueUpdate, signal: AbortSignal): Promise<IssueNode> {
    const { catalogue, reader } = this.#parts;
    const { title, description, priority, owner, type } = change;
    if (type !== undefined) throw impossible("Linear's issues have no type.", "Use a label instead.");
    if (title?.trim() === "") throw impossible("An issue's title must not be blank.");
    const input = {
      ...(title === undefined ? {} : { title: title.trim() }),
      ...(description === undefined ? {} : { description }),
      ...(priority === undefined ? {} : { priority: priorityInput(priority) }),
    };
    const issue = await reader.one(id, signal);
    const assigneeId = owner == null ? owner : await catalogue.userId(owner, signal);
    const whole = { ...input, ...(assigneeId === undefined ? {} : { assigneeId }) };
    return Object.keys(whole).length === 0 ? issue : this.#update(issue, whole, signal);
  }

  /** Makes an issue in the team and project of the options. */
  async create(draft: IssueDraft, signal: AbortSignal): Promise<IssueNode> {
    const { catalogue, random } = this.#parts;
    checkDraft(draft);
    const blockers = await this.#blockersOf(draft, signal);
    const home = await catalogue.home(signal);
    return this.#make(derivedId("issue", random.hex(16)), home, draft, blockers, signal);
  }

  /** Makes the one issue with this key that follows from another, in its team, and finishes one that was only begun. */
  async ensureFollowUp(sourceId: string, key: string, draft: IssueDraft, signal: AbortSignal): Promise<IssueNode> {
    const { catalogue, reader } = this.#parts;
    checkDraft(draft);
    const source = await reader.one(sourceId, signal);
    const id = derivedId("follow-up", source.id, key);
    const blockers = await this.#blockersOf(draft, signal);
    const [known] = await reader.byIds([id], signal);
    const home = { team: source.team, projectId: await catalogue.projectId(signal) };
    const issue = known ?? (await this.#make(id, home, draft, blockers, signal));
    const blocking = issue.inverseRelations.nodes.map((relation) => relation.issue.id);
    for (const blocker of blockers) {
      if (!blocking.includes(blocker.id)) await this.#relate("blocks", blocker.id, id, signal);
    }
    const isRelated = source.inverseRelations.nodes.some((relation) => relation.issue.id === id);
    if (!isRelated) await this.#relate("related", id, source.id, signal);
    return issue;
  }

  /** Makes the one link of this kind from an issue to another, however it is asked for. */
  async relate(id: string, type: "duplicate" | "related", identifier: string, signal: AbortSignal): Promise<void> {
    const { reader } = this.#parts;
    const issue = await reader.one(id, signal);
    const other = await reader.byIdentifier(identifier, signal, "anywhere");
    if (other === undefined) throw unknownIssue(identifier);
    if (other.id === issue.id) throw impossible("An issue cannot be linked to itself.");
    // A person may have made it, under an id that is not ours.
    const isThere = other.inverseRelations.nodes.some((end) => end.type === type && end.issue.id === issue.id);
    if (!isThere) await this.#relate(type, issue.id, other.id, signal);
  }

  async #blockersOf({ blockedBy }: IssueDraft, signal: AbortSignal): Promise<readonly IssueNode[]> {
    const blockers: IssueNode[] = [];
    for (const identifier of new Set(blockedBy)) {
      const blocker = await this.#parts.reader.byIdentifier(identifier, signal, "anywhere");
      if (blocker === undefined) throw unknownIssue(identifier);
      blockers.push(blocker);
    }
    return blockers;
  }

  async #make(
    id: string,
    home: { readonly team: IssueNode["team"]; readonly projectId: string | null },
    draft: IssueDraft,
    blockers: readonly IssueNode[],
    signal: AbortSignal,
  ): Promise<IssueNode> {
    const { api, catalogue, reader, recent, settings } = this.#parts;
    const { team, projectId } = home;
    const input = {
      id,
      teamId: team.id,
      title: draft.title.trim(),
      ...(draft.description === null ? {} : { description: draft.description }),
      stateId: await catalogue.stateId(team, draft.state, signal),
      // Those of the options too, or the issue would not be in scope.
      labelIds: await catalogue.ensureLabelIds(team.id, [...draft.labels, ...settings.labels], signal),
      priority: priorityInput(draft.priority),
      ...(projectId === null ? {} : { projectId }),
    };
    let issue: IssueNode;
    try {
      issue = (await api.ask(ISSUE_CREATE, { input }, signal)).issueCreate.issue;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // An earlier request with this id may have come through.
      const [known] = await reader.byIds([id], signal);
      if (known === undefined) throw error;
      issue = known;
    }
    for (const blocker of blockers) await this.#relate("blocks", blocker.id, id, signal);
    recent.keepNew(issue, blockers.map(blockingRelation));
    return recent.freshest(issue);
  }

  /** One relation of a kind between two issues, however often it is asked for. */
  async #relate(
    type: "blocks" | "related" | "duplicate",
    issueId: string,
    relatedIssueId: string,
    signal: AbortSignal,
  ): Promise<void> {
    const input = { id: derivedId("relation", type, issueId, relatedIssueId), type, issueId, relatedIssueId };
    try {
      await this.#parts.api.ask(RELATION_CREATE, { input }, signal);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // An earlier request with this id may have come through, which the words of the refusal need not say.
      if (error.code === "tracker_conflict") return;
      const [related] = await this.#parts.reader.byIds([relatedIssueId], signal);
      const ends = related?.inverseRelations.nodes ?? [];
      if (!ends.some((end) => end.type === type && end.issue.id === issueId)) throw error;
    }
  }

  async #stateInput(issue: IssueNode, to: string, signal: AbortSignal): Promise<{ readonly stateId: string }> {
    return { stateId: await this.#parts.catalogue.stateId(issue.team, to, signal) };
  }

  async #update(issue: IssueNode, input: Record<string, unknown>, signal: AbortSignal): Promise<IssueNode> {
    const { api, catalogue, recent } = this.#parts;
    try {
      const { issueUpdate } = await api.ask(ISSUE_UPDATE, { id: issue.id, input }, signal);
      recent.keep(issueUpdate.issue);
      return issueUpdate.issue;
    } catch (error) {
      // A state that is no longer there would be asked for again and again.
      if (isRefusal(error)) catalogue.forgetStates(issue.team.id);
      throw error;
    }
  }
}

/** Linear understood and said no: nothing happened. */
function isRefusal(error: unknown): error is MaestroError {
  return isMaestroError(error) && /^tracker_(status|conflict|not_found)$/.test(error.code);
}

function blockingRelation({ id, identifier, state }: IssueNode): RelationNode {
  return { type: "blocks", issue: { id, identifier, state: { name: state.name } } };
}

function checkDraft({ title, state, priority }: IssueDraft): void {
  if (title.trim() === "") throw impossible("An issue's title must not be blank.");
  if (state.trim() === "") throw impossible("An issue's state must not be blank.");
  priorityInput(priority);
}

/** Linear's 0 means none. */
function priorityInput(priority: number | null): number {
  if (priority === null) return 0;
  if (PRIORITIES.includes(priority)) return priority;
  throw impossible(`Linear's priorities are 1 (urgent) to 4 (low), not ${priority}.`);
}
