// What a run is held to beyond its shape. Each rule looks at one event with everything before it, so that a file is judged the same whether it grows or is read whole.
import { createHash } from "node:crypto";

/** The hash of a judgment: of its members in the order of their names, whatever order they were written in. */
export function hashOf(judgment) {
  const sorted = JSON.stringify(judgment, (_, value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
  return `sha256:${createHash("sha256").update(sorted).digest("hex")}`;
}

/** What is known after some events. */
export function stateOf(events) {
  const of = (type) => events.filter((event) => event.type === type);
  const evidence = of("evidence_recorded").flatMap((event) => event.evidence);
  const judgments = of("judgment_created");
  const skeptics = of("worker_completed").filter(({ worker }) => worker === "skeptic");
  const objections = skeptics.flatMap((event) => event.objections);
  const answered = new Set(judgments.flatMap(({ answers }) => answers));
  const judgment = judgments.at(-1);
  return {
    evidence,
    families: new Set(evidence.map(({ source_family }) => source_family)),
    tradeoffs: of("tradeoffs_recorded").flatMap((event) => event.tradeoffs),
    judgment,
    objections,
    open: objections.filter(({ id }) => !answered.has(id)),
    passed:
      judgment !== undefined &&
      skeptics.some((event) => event.outcome === "passed" && event.judgment_hash === judgment.judgment_hash),
    finished: of("finished").at(-1),
  };
}

/** Why the event at `index` may not stand there; empty when it may. The run's shape was checked before. */
export function breachesOf(run, index) {
  const event = run.events[index];
  const before = stateOf(run.events.slice(0, index));
  const previous = run.events[index - 1];
  const faults = [];
  if (event.seq !== index + 1) faults.push(`seq must be ${index + 1}`);
  if (previous !== undefined && event.at < previous.at) faults.push("at goes back in time");
  if (before.finished !== undefined) faults.push("the run is finished; begin a new one");
  return [...faults, ...(RULES[event.type]?.(event, before, run) ?? [])].map(
    (fault) => `event ${index + 1} (${event.type}): ${fault}`,
  );
}

const RULES = {
  evidence_recorded: (event, before) => repeated(event.evidence, before.evidence),
  tradeoffs_recorded: (event, before) => [
    ...repeated(event.tradeoffs, before.tradeoffs),
    ...unknown(
      event.tradeoffs.flatMap(({ supporting, disconfirming }) => [...supporting, ...disconfirming]),
      before.evidence,
    ),
  ],
  judgment_created: (event, before) => {
    const { judgment, judgment_hash, answers } = event;
    const faults = [
      ...unknown(judgment.evidence, before.evidence),
      ...unknown(judgment.tradeoffs, before.tradeoffs),
      ...unknown(answers, before.objections),
    ];
    const kinds = before.evidence.filter(({ id }) => judgment.evidence.includes(id)).map(({ kind }) => kind);
    if (kinds.length > 0 && !kinds.includes("observed")) faults.push("rests on inferred evidence alone");
    if (judgment.rejected_options.includes(judgment.preferred_option)) faults.push("prefers what it rejects");
    if (judgment_hash !== hashOf(judgment)) faults.push("judgment_hash is not that of the judgment");
    return faults;
  },
  worker_completed: (event, before) => {
    if (event.worker !== "skeptic") return event.objections.length === 0 ? [] : ["only a skeptic objects"];
    const faults = repeated(event.objections, before.objections);
    if (event.outcome === "unavailable") return faults;
    if (before.judgment === undefined) return [...faults, "there is no judgment to attack"];
    if (event.judgment_hash !== before.judgment.judgment_hash)
      faults.push("judgment_hash is not that of the newest judgment");
    if ((event.outcome === "objected") !== event.objections.length > 0)
      faults.push("objected and objections go together");
    return faults;
  },
  finished: (event, before, run) =>
    event.result === "decision_ready"
      ? obstaclesTo(event, before, run)
      : event.missing.length > 0
        ? []
        : ["says nothing about what is missing"],
};

function obstaclesTo(event, before, run) {
  const faults = missingIn(before, run);
  if (before.judgment !== undefined && event.judgment_hash !== before.judgment.judgment_hash)
    faults.push("judgment_hash is not that of the newest judgment");
  if (event.confidence === undefined) faults.push("a decision needs a confidence");
  return faults;
}

/** What keeps a run from a decision. */
export function missingIn(state, run) {
  const faults = [];
  if (state.judgment === undefined) faults.push("there is no judgment");
  else if (!state.passed) faults.push("no skeptic has passed the newest judgment");
  if (state.open.length > 0) faults.push(`objections without an answer: ${state.open.map(({ id }) => id).join(", ")}`);
  if (state.families.size < run.min_source_families)
    faults.push(`evidence from ${state.families.size} families of sources, ${run.min_source_families} are asked for`);
  return faults;
}

function repeated(added, known) {
  const seen = new Set(known.map(({ id }) => id));
  return added.flatMap(({ id }) => (seen.size === seen.add(id).size ? [`${id} is given already`] : []));
}

function unknown(ids, known) {
  return ids.filter((id) => !known.some((one) => one.id === id)).map((id) => `${id} is not known here`);
}
