#!/usr/bin/env node
// The one runner of research runs: begins a run file, appends events to it, says what is missing, checks everything. Exit codes: 0 good, 1 the run or event is not, 2 wrong use.
import { link, mkdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { breachesOf, hashOf, missingIn, stateOf } from "./rules.mjs";
import { faultsOf } from "./shape.mjs";

const USAGE = `usage:
  research.mjs new SLUG --question TEXT --criterion TEXT… --stop TEXT --hypothesis TEXT --rival TEXT… --falsifier TEXT… [--constraint TEXT…] [--families N] [--folder DIR]
  research.mjs append FILE EVENT.json|-
  research.mjs status FILE
  research.mjs check FILE`;
const many = { type: "string", multiple: true, default: [] };
const OPTIONS = {
  question: { type: "string" },
  criterion: many,
  constraint: many,
  stop: { type: "string" },
  hypothesis: { type: "string" },
  rival: many,
  falsifier: many,
  families: { type: "string", default: "2" },
  folder: { type: "string", default: "docs/research" },
};

class Refusal extends Error {
  constructor(faults, exitCode = 1) {
    super(faults.join("\n"));
    this.exitCode = exitCode;
  }
}

const schema = JSON.parse(await readFile(new URL("../assets/research-run.schema.json", import.meta.url), "utf8"));

function check(run) {
  const faults = faultsOf(run, schema, schema);
  if (faults.length > 0) throw new Refusal(faults);
  const breaches = run.events.flatMap((_, index) => breachesOf(run, index));
  if (breaches.length > 0) throw new Refusal(breaches);
}

async function read(file) {
  const text = await readFile(file, "utf8").catch((error) => {
    throw new Refusal([`${file}: ${error.code === "ENOENT" ? "there is no such file" : error.message}`], 2);
  });
  return parse(text, file);
}

function parse(text, name) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal([`${name}: is not JSON: ${error.message}`]);
  }
}

/** All or nothing, so that a killed runner leaves the run as it was. */
async function write(file, run) {
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, `${JSON.stringify(run, null, 2)}\n`);
  await rename(beside, file);
}

/** One writer at a time: two that read the same run would lose one's event. */
async function locked(file, body) {
  const lock = `${file}.lock`;
  const own = `${lock}.${process.pid}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, lock);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    throw new Refusal([`${file}: another runner writes it (remove ${lock} if that one is dead)`]);
  } finally {
    await unlink(own);
  }
  try {
    return await body();
  } finally {
    await unlink(lock);
  }
}

async function begin(slug, values) {
  const { question, stop, hypothesis } = values;
  const run = {
    version: 1,
    run_id: `${new Date().toISOString().slice(0, 10)}_${slug}`,
    question: question ?? "",
    success_criteria: values.criterion,
    constraints: values.constraint,
    stop_rule: stop ?? "",
    hypothesis: hypothesis ?? "",
    rivals: values.rival,
    falsifiers: values.falsifier,
    min_source_families: Number(values.families),
    events: [],
  };
  check(run);
  const file = join(values.folder, `${run.run_id}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(run, null, 2)}\n`, { flag: "wx" }).catch((error) => {
    if (error.code === "EEXIST") throw new Refusal([`${file}: is there already`]);
    throw error;
  });
  console.log(file);
}

async function append(file, source) {
  const text = source === "-" ? await standardInput() : await readFile(source, "utf8");
  const given = parse(text, source);
  await locked(file, async () => {
    const run = await read(file);
    const { type, judgment, answers = [] } = given;
    const computed = type === "judgment_created" ? { judgment_hash: hashOf(judgment ?? null), answers } : {};
    const event = { ...given, ...computed, seq: (run.events?.length ?? 0) + 1, at: new Date().toISOString() };
    const grown = { ...run, events: [...(run.events ?? []), event] };
    check(grown);
    await write(file, grown);
    console.log(`${event.seq} ${event.type}${event.judgment_hash === undefined ? "" : ` ${event.judgment_hash}`}`);
  });
}

async function standardInput() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function status(file) {
  const run = await read(file);
  check(run);
  const state = stateOf(run.events);
  console.log(run.question);
  console.log(
    `evidence: ${state.evidence.length} from ${state.families.size} of ${run.min_source_families} families; trade-offs: ${state.tradeoffs.length}`,
  );
  console.log(
    `judgment: ${state.judgment === undefined ? "none" : `${state.judgment.judgment.preferred_option} (${state.judgment.judgment_hash})`}`,
  );
  if (state.finished !== undefined) return console.log(`finished: ${state.finished.result}. ${state.finished.summary}`);
  const missing = missingIn(state, run);
  console.log(missing.length === 0 ? "ready to be finished" : `not ready: ${missing.join("; ")}`);
}

async function main() {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [command, first, second] = positionals;
  const count = { new: 2, append: 3, status: 2, check: 2 }[command];
  if (count !== positionals.length) throw new Refusal([USAGE], 2);
  if (command === "new") return begin(first, values);
  if (command === "append") return append(first, second);
  if (command === "status") return status(first);
  check(await read(first));
  console.log("good");
}

await main().catch((error) => {
  console.error(error.message);
  process.exitCode = error instanceof Refusal ? error.exitCode : 2;
});
