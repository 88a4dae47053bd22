import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { nearestOf } from "../base/nearest.ts";
import type { WorkflowWarning } from "../model/workflow.ts";
import {
  type Ancestor,
  DEFAULT_AGENT,
  DEFAULT_FORGE,
  FOREIGN_KEYS,
  type ForeignKey,
  SYMPHONY_PROFILE,
} from "./compatibility.ts";
import { keysAt, WORKFLOW_KEYS } from "./known-keys.ts";
import { type KeyPath, type Problems, type SourceFile, warningAt, type WrittenPlace } from "./problems.ts";
import { didYouMean } from "./schema-problems.ts";
import { isIn, putIn, takeOut, valueAt } from "./tree.ts";

/** A workflow file in our own keys. */
export interface Translation {
  readonly config: JsonObject;
  /** Whose file it is; `null` for one that uses only our keys. */
  readonly ancestor: Exclude<Ancestor, "both"> | null;
  readonly warnings: WorkflowWarning[];
  /** The file, with the way back from our keys to what is written there. */
  readonly source: SourceFile;
}

interface Draft {
  readonly source: SourceFile;
  readonly problems: Problems;
  readonly places: WrittenPlace[];
  readonly warnings: WorkflowWarning[];
  readonly used: ForeignKey[];
  config: JsonObject;
}

/**
 * Translates the keys of other runners into ours by the compatibility table, so that their files load unchanged. What nothing reads becomes
 * a warning; what contradicts our own key, and unknown keys within a foreign section, become problems. An unknown top-level key is a
 * warning in a recognised file that names no profile (S-038); everywhere else the schema refuses it.
 */
export function translateForeign(config: JsonObject, source: SourceFile, problems: Problems): Translation {
  const draft: Draft = { source, problems, places: [], warnings: [], used: [], config };
  const applying = FOREIGN_KEYS.filter(({ applies }) => applies?.(config) ?? true);
  for (const row of applying) translateKey(draft, row, config);
  const sections = foreignSections(draft, applying);
  const isRecognised = draft.used.length > 0 || sections.length > 0;
  const hasProfile = isIn(config, ["workflow", "profile"]);
  const owners = new Set([...draft.used.map(({ of }) => of), ...sections]);
  if (isRecognised && !hasProfile) warnOfUnknown(draft);
  fillDefaults(draft, owners, hasProfile);
  const ancestor = owners.has("control_plane") ? "control_plane" : owners.has("symphony") ? "symphony" : null;
  return { config: draft.config, ancestor, warnings: draft.warnings, source: { ...source, places: draft.places } };
}

function translateKey(draft: Draft, row: ForeignKey, config: JsonObject): void {
  const from = row.from.split(".");
  const value = valueAt(config, from);
  if (value === undefined) return;
  draft.used.push(row);
  const to = row.to?.split(".");
  const isSame = to !== undefined && isIn(config, to) && !row.from.startsWith(`${row.to}.`);
  draft.config = takeOut(draft.config, from);
  if (isSame) {
    const message = `${row.to} says the same: keep one of them`;
    draft.problems.add(draft.source, from, { part: "key", message });
    return;
  }
  if (to === undefined) {
    draft.warnings.push(warningAt(draft.source, from, row.note ?? "not used"));
    return;
  }
  const moved = row.value === undefined ? value : row.value(value);
  if (moved === undefined) return;
  // A section that becomes a single value: what else stands in it would be lost without a word.
  const beside = valueAt(draft.config, to);
  if (beside !== undefined) reportLeft(draft, to, beside, childrenOf(FOREIGN_KEYS, to.join(".")));
  draft.config = putIn(draft.config, to, moved);
  draft.places.push({ canonical: to, written: from, isDefault: false });
}

/** Takes the foreign sections out, reports what is left in them, and gives whose they are. */
function foreignSections(draft: Draft, rows: readonly ForeignKey[]): Ancestor[] {
  const found: Ancestor[] = [];
  const sections = new Map<string, Ancestor>();
  for (const { from, of } of rows) {
    const steps = from.split(".");
    for (let length = steps.length - 1; length > 0; length -= 1) {
      const section = steps.slice(0, length);
      if (keysAt(WORKFLOW_KEYS, section) === undefined) sections.set(section.join("."), of);
    }
  }
  // `repo.remote` is a text here and a section there.
  if (isJsonObject(valueAt(draft.config, ["repo", "remote"]))) sections.set("repo.remote", "control_plane");
  const deepestFirst = [...sections].sort(([a], [b]) => b.split(".").length - a.split(".").length);
  for (const [section, of] of deepestFirst) {
    const keys = section.split(".");
    const left = valueAt(draft.config, keys);
    if (left === undefined) continue;
    // An emptied section was recognised by its keys.
    if (!rows.some(({ from }) => from.startsWith(`${section}.`) && draft.used.some((row) => row.from === from)))
      found.push(of);
    reportLeft(draft, keys, left, childrenOf(rows, section));
    draft.config = takeOut(draft.config, keys);
  }
  return found;
}

function childrenOf(rows: readonly ForeignKey[], section: string): string[] {
  const below = rows.filter(({ from }) => from.startsWith(`${section}.`));
  return [...new Set(below.map(({ from }) => from.slice(section.length + 1).split(".")[0] ?? ""))];
}

function reportLeft(draft: Draft, keys: readonly string[], left: JsonValue, known: readonly string[]): void {
  if (!isJsonObject(left)) {
    draft.problems.add(draft.source, keys, { message: "must be a map" });
    return;
  }
  for (const key of Object.keys(left)) {
    if (key.startsWith("x-")) continue;
    const draftOf = { part: "key", message: "this key is not known", hint: didYouMean(key, known) } as const;
    draft.problems.add(draft.source, [...keys, key], draftOf);
  }
}

function warnOfUnknown(draft: Draft): void {
  const foreign = FOREIGN_KEYS.map(({ from }) => from.split(".")[0] ?? "");
  const known = [...new Set([...Object.keys(WORKFLOW_KEYS), ...foreign])];
  for (const key of Object.keys(draft.config)) {
    if (key.startsWith("x-") || Object.hasOwn(WORKFLOW_KEYS, key)) continue;
    const near = nearestOf(key, known);
    const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
    draft.warnings.push(warningAt(draft.source, [key], `this key is not known and not used${hint}`));
    draft.config = takeOut(draft.config, [key]);
  }
}

/** What the other runners take when a file leaves it out. */
function fillDefaults(draft: Draft, owners: ReadonlySet<Ancestor>, hasProfile: boolean): void {
  const fill = (canonical: readonly string[], value: string, written: KeyPath): void => {
    if (isIn(draft.config, canonical)) return;
    draft.config = putIn(draft.config, canonical, value);
    draft.places.push({ canonical, written, isDefault: true });
  };
  const isPlane = owners.has("control_plane");
  if (isPlane || owners.has("symphony")) fill(["agent_provider", "kind"], DEFAULT_AGENT, ["codex"]);
  if (isPlane && isIn(draft.config, ["repo"])) fill(["repo", "provider", "kind"], DEFAULT_FORGE, ["repo"]);
  if (isPlane || hasProfile || !owners.has("symphony")) return;
  const first = draft.used.find(({ of }) => of === "symphony")?.from.split(".") ?? ["codex"];
  fill(["workflow", "profile", "kind"], SYMPHONY_PROFILE, first);
}
