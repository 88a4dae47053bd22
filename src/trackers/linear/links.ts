import { isMaestroError } from "../../base/errors.ts";
import type { IssueRelation } from "../../contracts/tracker.ts";
import type { LinearApi } from "./api.ts";
import { derivedId, isUuid } from "./comment-mark.ts";
import { ATTACHMENT_CREATE, PULL_ATTACH, RELATIONS } from "./documents.ts";
import { impossible, unknownIssue } from "./errors.ts";
import { toRelations } from "./map.ts";

/** The form of address for which Linear shows the change's own state; only where the workspace is connected with GitHub. */
const PULL = /^https:\/\/github\.com\/[^/]+\/[^/]+\/pull\/\d+/;

/** Links of issues to other issues and to addresses. */
export class Links {
  readonly #api: LinearApi;

  constructor(api: LinearApi) {
    this.#api = api;
  }

  /** Makes the one link to an address. On one issue Linear knows an attachment by its address: a second one edits the first. */
  async attach(
    issueId: string,
    { url, title, kind }: { readonly url: string; readonly title: string; readonly kind: "change" | "other" },
    signal: AbortSignal,
  ): Promise<void> {
    if (!isUuid(issueId)) throw unknownIssue(issueId);
    if (!URL.canParse(url)) throw impossible(`"${url}" is no URL.`);
    if (kind === "change" && PULL.test(url) && (await this.#attachPull(issueId, url, title, signal))) return;
    const input = { id: derivedId("attachment", issueId, url), issueId, url, title };
    try {
      await this.#api.ask(ATTACHMENT_CREATE, { input }, signal);
    } catch (error) {
      if (!isMaestroError(error) || error.code !== "tracker_conflict") throw error;
      // It is there; without an id of ours Linear looks for it by its address.
      await this.#api.ask(ATTACHMENT_CREATE, { input: { issueId, url, title } }, signal);
    }
  }

  /** Every link to another issue, parent first. */
  async relations(issueId: string, signal: AbortSignal): Promise<readonly IssueRelation[]> {
    if (!isUuid(issueId)) throw unknownIssue(issueId);
    const ask = (cursors: { children?: string | null; from?: string | null; to?: string | null }) =>
      this.#api.ask(RELATIONS, { id: issueId, children: null, from: null, to: null, ...cursors }, signal);
    const { issue } = await ask({});
    const { children, relations, inverseRelations } = issue;
    const more = {
      children: await this.#api.readRest(children.pageInfo, async (at) => (await ask({ children: at })).issue.children),
      relations: await this.#api.readRest(relations.pageInfo, async (at) => (await ask({ from: at })).issue.relations),
      inverse: await this.#api.readRest(
        inverseRelations.pageInfo,
        async (at) => (await ask({ to: at })).issue.inverseRelations,
      ),
    };
    return toRelations({
      issue: {
        ...issue,
        children: { ...children, nodes: [...children.nodes, ...more.children] },
        relations: { ...relations, nodes: [...relations.nodes, ...more.relations] },
        inverseRelations: { ...inverseRelations, nodes: [...inverseRelations.nodes, ...more.inverse] },
      },
    });
  }

  /** Whether Linear took it as a change of GitHub's; a workspace without that connection refuses. */
  async #attachPull(issueId: string, url: string, title: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#api.ask(PULL_ATTACH, { issueId, url, title }, signal);
      return true;
    } catch (error) {
      if (isMaestroError(error) && /^tracker_(status|auth)$/.test(error.code)) return false;
      throw error;
    }
  }
}
