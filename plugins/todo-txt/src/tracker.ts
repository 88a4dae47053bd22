import { randomUUID } from "node:crypto";
import { watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { PluginApi } from "../../../src/contracts/plugin.ts";
import type { CallOptions } from "../../../src/contracts/outside.ts";
import type { IssueDraft, MoveResult, Tracker } from "../../../src/contracts/tracker.ts";
import type { Issue, IssueComment } from "../../../src/model/issue.ts";
import type { Book, BookFile, Note, Task } from "./book.ts";
import { encode, labelsOf, titleOf, withLabels } from "./line.ts";

/** What a line without `state:` is in. */
export interface DefaultStates {
  readonly open: string;
  readonly done: string;
}

const PREFIX = "TODO-";
/** Editors write a file several times in a row; one hint is enough. Milliseconds. */
const HINT_DELAY_MS = 100;

/** A tracker on one file. */
export function todoTracker(api: PluginApi, file: BookFile, path: string, states: DefaultStates): Tracker {
  const stateOf = ({ line }: Task): string => line.state ?? (line.isDone ? states.done : states.open);
  const read = async ({ signal }: CallOptions): Promise<Issue[]> => {
    const book = await file.read(signal);
    return book.tasks.map((task) => issueOf(task, book, stateOf));
  };
  const changeTask = <T>(id: string, { signal }: CallOptions, work: (task: Task) => { task: Task; result: T }) =>
    file.change(signal, (book) => {
      const task = find(api, book, id);
      const changed = work(task);
      const tasks = book.tasks.map((one) => (one.id === id ? changed.task : one));
      return { book: changed.task === task ? book : { ...book, tasks }, result: changed.result };
    });
  return {
    kind: "todo_txt",
    capabilities: { move: true, comment: true, label: true, create: true, watch: true },
    issuesByStates: async (wanted, options) => {
      const keys = wanted.map(stateKey);
      return keys.length === 0 ? [] : (await read(options)).filter(({ state }) => keys.includes(stateKey(state)));
    },
    issuesByIds: async (ids, options) =>
      ids.length === 0 ? [] : (await read(options)).filter(({ id }) => ids.includes(id)),
    issueByIdentifier: async (identifier, options) =>
      (await read(options)).find((issue) => issue.identifier === identifier),
    move: async (id, { to, from }, options): Promise<MoveResult> => {
      refuseBlank(api, to, "state");
      return changeTask(id, options, (task) => {
        const present = stateKey(stateOf(task));
        if (present === stateKey(to)) return { task, result: "already" };
        if (from !== null && present !== stateKey(from)) return { task, result: "conflict" };
        return { task: touched(moved(task, to, states)), result: "moved" };
      });
    },
    comments: async (id, since, { signal }) => {
      const { page } = find(api, await file.read(signal), id);
      return page.notes.filter(({ at }) => since === null || at > since).map((note): IssueComment => ({ ...note }));
    },
    ensureComment: async (id, topic, body, author, options) => {
      refuseBlank(api, topic, "topic");
      return changeTask(id, options, (task) => {
        const known = task.page.notes.find((note) => note.topic === topic);
        if (known?.body === body) return { task, result: known.id };
        if (known === undefined) return addNote(task, { author, body, topic });
        const notes = task.page.notes.map((note) => (note === known ? { ...note, body } : note));
        return { task: touched({ ...task, page: { ...task.page, notes } }), result: known.id };
      });
    },
    comment: async (id, body, author, options) =>
      changeTask(id, options, (task) => addNote(task, { author, body, topic: null })),
    label: async (id, { add, remove }, options) => {
      const gone = remove.map(labelKey);
      await changeTask(id, options, (task) => {
        const present = labelsOf(task.line);
        const wanted = [...new Set([...present.filter((label) => !gone.includes(label)), ...add.map(labelKey)])];
        if (wanted.join("\n") === present.join("\n")) return { task, result: undefined };
        return { task: touched({ ...task, line: withLabels(task.line, wanted) }), result: undefined };
      });
    },
    create: async (draft, { signal }) => {
      refuseBlank(api, draft.title, "title");
      refuseBlank(api, draft.state, "state");
      return file.change(signal, (book) => {
        const task = newTask(api, draft, book, states);
        const grown = { tasks: [...book.tasks, task], next: book.next + 1 };
        return { book: grown, result: issueOf(task, grown, stateOf) };
      });
    },
    watch: (onHint) => watchFile(path, onHint),
    health: async ({ signal }) => {
      await file.read(signal);
    },
    close: async () => undefined,
  };
}

function issueOf({ id, line, page }: Task, book: Book, stateOf: (task: Task) => string): Issue {
  const blockers = line.after.map((other) => ({ other, task: book.tasks.find((task) => task.id === other) }));
  return {
    id,
    nativeRef: { id },
    identifier: `${PREFIX}${id}`,
    title: titleOf(line),
    description: page.description,
    priority: line.priority === null ? null : line.priority.charCodeAt(0) - 64,
    state: stateOf({ id, line, page }),
    branchName: null,
    url: null,
    assigneeId: null,
    labels: labelsOf(line),
    blockedBy: blockers.map(({ other, task }) => ({
      id: other,
      identifier: `${PREFIX}${other}`,
      state: task === undefined ? null : stateOf(task),
    })),
    dispatchable: true,
    createdAt: page.createdAt,
    updatedAt: page.updatedAt,
  };
}

/** Only the two usual states have a sign of their own in todo.txt. */
function moved(task: Task, to: string, states: DefaultStates): Task {
  const isDone = stateKey(to) === stateKey(states.done);
  const [written, ...others] = task.line.dates;
  const today = new Date().toISOString().slice(0, 10);
  const finished = task.line.isDone ? task.line.dates : written === undefined ? [] : [today, written];
  const reopened = task.line.isDone && others.length > 0 ? others : task.line.dates;
  const isUsual = to.trim() === (isDone ? states.done : states.open);
  return {
    ...task,
    line: { ...task.line, isDone, dates: isDone ? finished : reopened, state: isUsual ? null : to.trim() },
  };
}

function addNote(task: Task, note: Pick<Note, "author" | "body" | "topic">): { task: Task; result: string } {
  // Two notes of one millisecond would have no order.
  const at = Math.max(Date.now(), 1 + Math.max(0, ...task.page.notes.map((known) => known.at)));
  const added: Note = { id: randomUUID(), ...note, at };
  return {
    task: touched({ ...task, page: { ...task.page, notes: [...task.page.notes, added] } }),
    result: added.id,
  };
}

function newTask(api: PluginApi, draft: IssueDraft, book: Book, states: DefaultStates): Task {
  const after = draft.blockedBy.map((identifier) => find(api, book, identifier.replace(PREFIX, "")).id);
  const id = String(book.next);
  const now = Date.now();
  const priority = draft.priority === null ? null : String.fromCharCode(64 + Math.min(26, Math.max(1, draft.priority)));
  const labels = [...new Set(draft.labels.map(labelKey).filter((label) => label !== ""))];
  const words = [...draft.title.trim().split(/\s+/), ...labels.map((label) => `@${encode(label)}`)];
  const dates = [new Date(now).toISOString().slice(0, 10)];
  const line = { isDone: false, priority, dates, words, id, state: null, after };
  const page = { description: draft.description, notes: [], createdAt: now, updatedAt: now };
  return moved({ id, line, page }, draft.state, states);
}

function touched(task: Task): Task {
  return { ...task, page: { ...task.page, updatedAt: Math.max(Date.now(), task.page.updatedAt + 1) } };
}

function find(api: PluginApi, book: Book, id: string): Task {
  const task = book.tasks.find((one) => one.id === id);
  if (task !== undefined) return task;
  throw api.error({ code: "tracker_not_found", message: `There is no task ${id} in the file.`, facts: { id } });
}

function refuseBlank(api: PluginApi, text: string, what: string): void {
  if (text.trim() !== "") return;
  throw api.error({ code: "tracker_invalid_config", message: `The ${what} must not be blank.` });
}

function stateKey(state: string): string {
  return state.trim().toLowerCase();
}

function labelKey(label: string): string {
  return label.trim().toLowerCase();
}

function watchFile(path: string, onHint: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  // The folder is watched: whoever replaces the file would take a watch on it away.
  const watcher = watch(dirname(path), (_, name) => {
    if (name !== basename(path)) return;
    clearTimeout(timer);
    timer = setTimeout(onHint, HINT_DELAY_MS);
  });
  // Polls see every change; a watch that fails is only slower.
  watcher.on("error", () => watcher.close());
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
