import { MaestroError } from "../../../src/base/errors.ts";
import type { JsonObject } from "../../../src/base/json.ts";
import type { LifecycleDefaults, Tracker, TrackerProvider } from "../../../src/contracts/tracker.ts";
import { type Issue, stateKey } from "../../../src/model/issue.ts";
import type { News } from "./news.ts";

/** A question that the tracker was asked. */
export interface Call {
  readonly verb: string;
  /** Ids, or states. */
  readonly about: readonly string[];
}

/** A tracker that a test plays: it decides what is shown, what fails, and sees what is asked. A second Tracker, for the composed service. */
export class Board {
  readonly issues = new Map<string, Issue>();
  readonly calls: Call[] = [];
  /** Verbs that get no answer now. */
  readonly failing = new Set<string>();
  /** What lists show instead, by id: they may lag behind. */
  readonly stale = new Map<string, Issue>();
  /** What its adapter was given, newest last. */
  readonly options: JsonObject[] = [];
  readonly #news: News;
  readonly #watching = new Set<() => void>();

  constructor(news: News) {
    this.#news = news;
  }

  /** Puts an issue on the board, or changes one. */
  put(identifier: string, changes: Partial<Issue> = {}): Issue {
    const id = changes.id ?? `id of ${identifier}`;
    const issue = { ...(this.issues.get(id) ?? blankIssue(id, identifier)), ...changes };
    this.issues.set(id, issue);
    return issue;
  }

  /** Tells Maestro that something may have changed. */
  hint(): void {
    for (const onHint of this.#watching) onHint();
  }

  count(verb: string): number {
    return this.calls.filter((call) => call.verb === verb).length;
  }

  /** The adapter under a name of the workflow file. Its secret is `api_key`, and it refuses the option `wrong`. */
  provider(kind: string, lifecycle: LifecycleDefaults | null = null): TrackerProvider {
    return {
      kind,
      lifecycle,
      secretKeys: ["api_key"],
      parseOptions: (options) => {
        if ("wrong" in options) throw refusal();
        this.options.push(options);
        return options;
      },
      open: async () => this.#tracker(kind),
    };
  }

  #tracker(kind: string): Tracker {
    const shown = (): Issue[] => [...this.issues.values()];
    const find = (id: string) => this.issues.get(id);
    let unwatch = (): void => undefined;
    return {
      kind,
      capabilities: { move: true, comment: true, label: true, create: true, watch: true },
      issuesByStates: async (states) => {
        this.#note("issuesByStates", states);
        const wanted = states.map(stateKey);
        const listed = shown().map((issue) => this.stale.get(issue.id) ?? issue);
        return listed.filter(({ state }) => wanted.includes(stateKey(state)));
      },
      issuesByIds: async (ids) => {
        this.#note("issuesByIds", ids);
        return shown().filter(({ id }) => ids.includes(id));
      },
      issueByIdentifier: async (identifier) => shown().find((issue) => issue.identifier === identifier),
      move: async (id, { to, from }) => {
        this.#note("move", [id, to]);
        const issue = find(id);
        if (issue === undefined || (from !== null && stateKey(issue.state) !== stateKey(from))) return "conflict";
        this.issues.set(id, { ...issue, state: to });
        return "moved";
      },
      comments: async () => [],
      ensureComment: async (id, topic) => {
        this.#note("ensureComment", [id, topic]);
        return `${id}/${topic}`;
      },
      comment: async () => "comment",
      label: async (id, { add, remove }) => {
        this.#note("label", [id]);
        const labels = (find(id)?.labels ?? []).filter((label) => !remove.includes(label));
        this.put("", { id, labels: [...labels, ...add], identifier: find(id)?.identifier ?? id });
      },
      create: async ({ title, state }) => this.put(title, { state }),
      watch: (onHint) => {
        this.#watching.add(onHint);
        unwatch = () => void this.#watching.delete(onHint);
        return unwatch;
      },
      health: async () => this.#note("health", []),
      close: async () => unwatch(),
    };
  }

  #note(verb: string, about: readonly string[]): void {
    this.calls.push({ verb, about: [...about] });
    this.#news.tell();
    if (!this.failing.has(verb)) return;
    throw new MaestroError({ code: "tracker_request", message: `The board does not answer ${verb}.`, retryable: true });
  }
}

function blankIssue(id: string, identifier: string): Issue {
  return {
    id,
    nativeRef: null,
    identifier,
    title: `About ${identifier}`,
    description: null,
    priority: null,
    state: "In Progress",
    branchName: null,
    url: null,
    assigneeId: null,
    labels: [],
    blockedBy: [],
    dispatchable: true,
    createdAt: null,
    updatedAt: null,
  };
}

function refusal(): MaestroError {
  return new MaestroError({
    code: "tracker_invalid_config",
    message: "tracker.provider.wrong is not a known key",
    facts: { path: ["wrong"] },
  });
}
