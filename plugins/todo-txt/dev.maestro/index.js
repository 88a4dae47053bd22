// Bundled from plugins/todo-txt/src/index.ts by `npm run plugins`; do not edit.
import { basename, dirname, resolve } from "node:path";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { watch } from "node:fs";
// plugins/todo-txt/src/line.ts
var OWN = [
	"id",
	"state",
	"after",
	"pri"
];
/** Reads a line; `null` for a blank one. Every other line is a task: todo.txt knows no wrong ones. */
function parseLine(text) {
	const words = text.trim().split(/\s+/).filter((word) => word !== "");
	if (words.length === 0) return null;
	const isDone = words[0] === "x";
	if (isDone) words.shift();
	let priority = /^\(([A-Z])\)$/.exec(words[0] ?? "")?.[1] ?? null;
	if (priority !== null) words.shift();
	const dates = [];
	while (/^\d{4}-\d{2}-\d{2}$/.test(words[0] ?? "") && dates.length < 2) dates.push(words.shift() ?? "");
	const own = words.map((word) => /^([a-z]+):(\S+)$/.exec(word)).filter((match) => match !== null);
	const valuesOf = (key) => own.filter((pair) => pair[1] === key).map((pair) => pair[2] ?? "");
	priority ??= /^[A-Z]$/.exec(valuesOf("pri")[0] ?? "")?.[0] ?? null;
	return {
		isDone,
		priority,
		dates,
		words: words.filter((word) => !OWN.includes(/^([a-z]+):\S+$/.exec(word)?.[1] ?? "")),
		id: valuesOf("id")[0] ?? null,
		state: valuesOf("state").map(decode)[0] ?? null,
		after: valuesOf("after").flatMap((value) => value.split(","))
	};
}
/** Writes a line the way todo.txt wants it. */
function formatLine({ isDone, priority, dates, words, id, state, after }) {
	return [
		...isDone ? ["x"] : priority === null ? [] : [`(${priority})`],
		...dates,
		...words,
		...isDone && priority !== null ? [`pri:${priority}`] : [],
		...after.length === 0 ? [] : [`after:${after.join(",")}`],
		...state === null ? [] : [`state:${encode(state)}`],
		...id === null ? [] : [`id:${id}`]
	].join(" ");
}
/** The title: all words but contexts and projects. */
function titleOf({ words }) {
	return words.filter((word) => !/^[@+]\S/.test(word)).join(" ");
}
/** Contexts are labels. */
function labelsOf({ words }) {
	const labels = words.filter((word) => /^@\S/.test(word)).map((word) => decode(word.slice(1)).trim().toLowerCase());
	return [...new Set(labels.filter((label) => label !== ""))];
}
/** The line with exactly these labels; those that stay keep their place and spelling. */
function withLabels(line, labels) {
	const present = labelsOf(line);
	const kept = line.words.filter((word) => !/^@\S/.test(word) || labels.includes(decode(word.slice(1)).toLowerCase()));
	const added = labels.filter((label) => !present.includes(label)).map((label) => `@${encode(label)}`);
	return {
		...line,
		words: [...kept, ...added]
	};
}
/** Blanks would end a word. */
function encode(text) {
	return text.trim().replace(/[%_\s]/g, (sign) => sign === " " ? "_" : `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
function decode(text) {
	return text.replaceAll("_", " ").replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}
// plugins/todo-txt/src/book.ts
/** Longest wait for another process that writes, milliseconds. */
var LOCK_WAIT_MS = 1e4;
var LOCK_STEP_MS = 20;
/** Changes and reads `todo.txt` and `todo.txt.notes.json` under one lock, so that several Maestros and this one do not lose each other's writes. */
var BookFile = class {
	#path;
	#api;
	#turn = Promise.resolve();
	constructor(path, api) {
		this.#path = path;
		this.#api = api;
	}
	/** Reads both files. A line without an id gets one, which is the only thing that reading ever writes. */
	async read(signal) {
		this.#check(signal);
		const { book, isComplete } = await this.#load();
		return isComplete ? book : this.change(signal, (present) => ({
			book: present,
			result: present
		}));
	}
	/** Changes both files, all or nothing for a reader. */
	change(signal, work) {
		const mine = this.#turn.then(() => this.#locked(signal, work));
		this.#turn = mine.catch(() => void 0);
		return mine;
	}
	async #locked(signal, work) {
		this.#check(signal);
		const unlock = await this.#lock(signal);
		try {
			const { book: before, isComplete } = await this.#load();
			const { book, result } = work(before);
			if (book !== before || !isComplete) await this.#save(book);
			return result;
		} finally {
			await unlock();
		}
	}
	async #load() {
		const [text, kept] = await Promise.all([this.#text(this.#path), this.#text(this.#pagesPath())]);
		if (text === null) throw this.#failure("tracker_status", `${this.#path} is not there.`, "Make the file; it may be empty.");
		const { next, pages } = this.#parsePages(kept);
		const lines = text.split("\n").map(parseLine).filter((line) => line !== null);
		const given = lines.map(({ id }) => Number(id ?? 0)).filter((id) => Number.isSafeInteger(id));
		let free = Math.max(next, 1 + Math.max(0, ...given));
		const now = Date.now();
		return {
			book: {
				tasks: lines.map((line) => {
					const id = line.id ?? String(free++);
					const written = Date.parse(line.dates.at(-1) ?? "");
					const createdAt = Number.isNaN(written) ? now : written;
					const fresh = {
						description: null,
						notes: [],
						createdAt,
						updatedAt: createdAt
					};
					return {
						id,
						line: {
							...line,
							id
						},
						page: pages[id] ?? fresh
					};
				}),
				next: free
			},
			isComplete: lines.every(({ id }) => id !== null)
		};
	}
	async #save({ tasks, next }) {
		const pages = {
			version: 1,
			next,
			pages: Object.fromEntries(tasks.map(({ id, page }) => [id, page]))
		};
		await this.#replace(this.#pagesPath(), `${JSON.stringify(pages, null, 2)}\n`);
		await this.#replace(this.#path, `${tasks.map(({ line }) => formatLine(line)).join("\n")}\n`);
	}
	async #replace(path, text) {
		const beside = `${path}.${process.pid}.new`;
		const file = await open(beside, "w");
		try {
			await file.writeFile(text);
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(beside, path);
	}
	async #text(path) {
		try {
			return await readFile(path, "utf8");
		} catch (error) {
			if (codeOf(error) === "ENOENT" && path !== this.#path) return null;
			if (codeOf(error) === "ENOENT") return null;
			throw this.#failure("tracker_status", `${path} cannot be read: ${String(codeOf(error))}`);
		}
	}
	#parsePages(text) {
		if (text === null) return {
			version: 1,
			next: 1,
			pages: {}
		};
		try {
			const data = JSON.parse(text);
			if (data.version === 1 && typeof data.next === "number" && typeof data.pages === "object") return data;
		} catch {}
		throw this.#failure("tracker_response", `${this.#pagesPath()} is damaged.`, "Take it from a copy, or remove it: descriptions and comments stand in it, nothing else.");
	}
	/** A file that only one can make; what a dead process left is taken away. */
	async #lock(signal) {
		const path = `${this.#path}.lock`;
		const until = Date.now() + LOCK_WAIT_MS;
		for (;;) {
			this.#check(signal);
			try {
				await mkdir(dirname(path), { recursive: true });
				await writeFile(path, String(process.pid), { flag: "wx" });
				return () => rm(path, { force: true });
			} catch (error) {
				if (codeOf(error) !== "EEXIST") throw this.#failure("tracker_status", `${path} cannot be written: ${String(codeOf(error))}`);
			}
			if (await isLeft(path)) await rm(path, { force: true });
			else if (Date.now() > until) throw this.#failure("tracker_conflict", `${this.#path} is being written by somebody else.`);
			else await new Promise((resolve) => setTimeout(resolve, LOCK_STEP_MS));
		}
	}
	#check(signal) {
		if (signal.aborted) throw this.#api.error({
			code: "aborted",
			message: "The call was given up."
		});
	}
	#failure(code, message, hint) {
		return this.#api.error({
			code,
			message,
			retryable: code !== "tracker_response",
			hint
		});
	}
	#pagesPath() {
		return `${this.#path}.notes.json`;
	}
};
/** Whether a lock's owner is dead. One that is just being written has no number yet. */
async function isLeft(path) {
	const pid = Number(await readFile(path, "utf8").catch(() => ""));
	if (!Number.isInteger(pid) || pid <= 0) return Date.now() - await stat(path).then(({ mtimeMs }) => mtimeMs, () => Date.now()) > LOCK_WAIT_MS;
	try {
		process.kill(pid, 0);
		return false;
	} catch (error) {
		return codeOf(error) === "ESRCH";
	}
}
function codeOf(error) {
	return typeof error === "object" && error !== null && "code" in error ? error.code : void 0;
}
// plugins/todo-txt/src/tracker.ts
var PREFIX = "TODO-";
/** Editors write a file several times in a row; one hint is enough. Milliseconds. */
var HINT_DELAY_MS = 100;
/** A tracker on one file. */
function todoTracker(api, file, path, states) {
	const stateOf = ({ line }) => line.state ?? (line.isDone ? states.done : states.open);
	const read = async ({ signal }) => {
		const book = await file.read(signal);
		return book.tasks.map((task) => issueOf(task, book, stateOf));
	};
	const changeTask = (id, { signal }, work) => file.change(signal, (book) => {
		const task = find(api, book, id);
		const changed = work(task);
		const tasks = book.tasks.map((one) => one.id === id ? changed.task : one);
		return {
			book: changed.task === task ? book : {
				...book,
				tasks
			},
			result: changed.result
		};
	});
	return {
		kind: "todo_txt",
		capabilities: {
			move: true,
			comment: true,
			label: true,
			create: true,
			watch: true
		},
		issuesByStates: async (wanted, options) => {
			const keys = wanted.map(stateKey);
			return keys.length === 0 ? [] : (await read(options)).filter(({ state }) => keys.includes(stateKey(state)));
		},
		issuesByIds: async (ids, options) => ids.length === 0 ? [] : (await read(options)).filter(({ id }) => ids.includes(id)),
		issueByIdentifier: async (identifier, options) => (await read(options)).find((issue) => issue.identifier === identifier),
		move: async (id, { to, from }, options) => {
			refuseBlank(api, to, "state");
			return changeTask(id, options, (task) => {
				const present = stateKey(stateOf(task));
				if (present === stateKey(to)) return {
					task,
					result: "already"
				};
				if (from !== null && present !== stateKey(from)) return {
					task,
					result: "conflict"
				};
				return {
					task: touched(moved(task, to, states)),
					result: "moved"
				};
			});
		},
		comments: async (id, since, { signal }) => {
			const { page } = find(api, await file.read(signal), id);
			return page.notes.filter(({ at }) => since === null || at > since).map((note) => ({ ...note }));
		},
		ensureComment: async (id, topic, body, author, options) => {
			refuseBlank(api, topic, "topic");
			return changeTask(id, options, (task) => {
				const known = task.page.notes.find((note) => note.topic === topic);
				if (known?.body === body) return {
					task,
					result: known.id
				};
				if (known === void 0) return addNote(task, {
					author,
					body,
					topic
				});
				const notes = task.page.notes.map((note) => note === known ? {
					...note,
					body
				} : note);
				return {
					task: touched({
						...task,
						page: {
							...task.page,
							notes
						}
					}),
					result: known.id
				};
			});
		},
		comment: async (id, body, author, options) => changeTask(id, options, (task) => addNote(task, {
			author,
			body,
			topic: null
		})),
		label: async (id, { add, remove }, options) => {
			const gone = remove.map(labelKey);
			await changeTask(id, options, (task) => {
				const present = labelsOf(task.line);
				const wanted = [.../* @__PURE__ */ new Set([...present.filter((label) => !gone.includes(label)), ...add.map(labelKey)])];
				if (wanted.join("\n") === present.join("\n")) return {
					task,
					result: void 0
				};
				return {
					task: touched({
						...task,
						line: withLabels(task.line, wanted)
					}),
					result: void 0
				};
			});
		},
		create: async (draft, { signal }) => {
			refuseBlank(api, draft.title, "title");
			refuseBlank(api, draft.state, "state");
			return file.change(signal, (book) => {
				const task = newTask(api, draft, book, states);
				const grown = {
					tasks: [...book.tasks, task],
					next: book.next + 1
				};
				return {
					book: grown,
					result: issueOf(task, grown, stateOf)
				};
			});
		},
		watch: (onHint) => watchFile(path, onHint),
		health: async ({ signal }) => {
			await file.read(signal);
		},
		close: async () => void 0
	};
}
function issueOf({ id, line, page }, book, stateOf) {
	const blockers = line.after.map((other) => ({
		other,
		task: book.tasks.find((task) => task.id === other)
	}));
	return {
		id,
		nativeRef: { id },
		identifier: `${PREFIX}${id}`,
		title: titleOf(line),
		description: page.description,
		priority: line.priority === null ? null : line.priority.charCodeAt(0) - 64,
		state: stateOf({
			id,
			line,
			page
		}),
		branchName: null,
		url: null,
		assigneeId: null,
		labels: labelsOf(line),
		blockedBy: blockers.map(({ other, task }) => ({
			id: other,
			identifier: `${PREFIX}${other}`,
			state: task === void 0 ? null : stateOf(task)
		})),
		dispatchable: true,
		createdAt: page.createdAt,
		updatedAt: page.updatedAt
	};
}
/** Only the two usual states have a sign of their own in todo.txt. */
function moved(task, to, states) {
	const isDone = stateKey(to) === stateKey(states.done);
	const [written, ...others] = task.line.dates;
	const today = (/* @__PURE__ */ new Date()).toISOString().slice(0, 10);
	const finished = task.line.isDone ? task.line.dates : written === void 0 ? [] : [today, written];
	const reopened = task.line.isDone && others.length > 0 ? others : task.line.dates;
	const isUsual = to.trim() === (isDone ? states.done : states.open);
	return {
		...task,
		line: {
			...task.line,
			isDone,
			dates: isDone ? finished : reopened,
			state: isUsual ? null : to.trim()
		}
	};
}
function addNote(task, note) {
	const at = Math.max(Date.now(), 1 + Math.max(0, ...task.page.notes.map((known) => known.at)));
	const added = {
		id: randomUUID(),
		...note,
		at
	};
	return {
		task: touched({
			...task,
			page: {
				...task.page,
				notes: [...task.page.notes, added]
			}
		}),
		result: added.id
	};
}
function newTask(api, draft, book, states) {
	const after = draft.blockedBy.map((identifier) => find(api, book, identifier.replace(PREFIX, "")).id);
	const id = String(book.next);
	const now = Date.now();
	const priority = draft.priority === null ? null : String.fromCharCode(64 + Math.min(26, Math.max(1, draft.priority)));
	const labels = [...new Set(draft.labels.map(labelKey).filter((label) => label !== ""))];
	const words = [...draft.title.trim().split(/\s+/), ...labels.map((label) => `@${encode(label)}`)];
	return moved({
		id,
		line: {
			isDone: false,
			priority,
			dates: [new Date(now).toISOString().slice(0, 10)],
			words,
			id,
			state: null,
			after
		},
		page: {
			description: draft.description,
			notes: [],
			createdAt: now,
			updatedAt: now
		}
	}, draft.state, states);
}
function touched(task) {
	return {
		...task,
		page: {
			...task.page,
			updatedAt: Math.max(Date.now(), task.page.updatedAt + 1)
		}
	};
}
function find(api, book, id) {
	const task = book.tasks.find((one) => one.id === id);
	if (task !== void 0) return task;
	throw api.error({
		code: "tracker_not_found",
		message: `There is no task ${id} in the file.`,
		facts: { id }
	});
}
function refuseBlank(api, text, what) {
	if (text.trim() !== "") return;
	throw api.error({
		code: "tracker_invalid_config",
		message: `The ${what} must not be blank.`
	});
}
function stateKey(state) {
	return state.trim().toLowerCase();
}
function labelKey(label) {
	return label.trim().toLowerCase();
}
function watchFile(path, onHint) {
	let timer;
	const watcher = watch(dirname(path), (_, name) => {
		if (name !== basename(path)) return;
		clearTimeout(timer);
		timer = setTimeout(onHint, HINT_DELAY_MS);
	});
	watcher.on("error", () => watcher.close());
	return () => {
		clearTimeout(timer);
		watcher.close();
	};
}
// plugins/todo-txt/src/index.ts
var DEFAULTS = {
	file: "todo.txt",
	open_state: "Todo",
	done_state: "Done"
};
/** Registers the tracker `todo_txt`. */
function activate(api) {
	api.tracker({
		kind: "todo_txt",
		lifecycle: {
			activeStates: [
				"Todo",
				"In Progress",
				"Rework",
				"Merging"
			],
			terminalStates: ["Done", "Canceled"]
		},
		secretKeys: [],
		parseOptions: (options) => {
			for (const [key, value] of Object.entries(options)) {
				const known = Object.keys(DEFAULTS);
				const message = known.includes(key) ? "must be text that is not blank" : "is not a known key";
				if (known.includes(key) && typeof value === "string" && value.trim() !== "") continue;
				const facts = {
					path: [key],
					...known.includes(key) ? {} : { known }
				};
				throw api.error({
					code: "tracker_invalid_config",
					message: `tracker.provider.${key} ${message}`,
					facts
				});
			}
			return {
				...DEFAULTS,
				...options
			};
		},
		open: async (options, { directory }) => {
			const path = resolve(directory, String(options.file));
			const states = {
				open: String(options.open_state),
				done: String(options.done_state)
			};
			return todoTracker(api, new BookFile(path, api), path, states);
		}
	});
}
export { activate };
