import type { MaestroError } from "../base/errors.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { WorkflowWarning } from "../model/workflow.ts";
import type { WorkflowInput } from "./input.ts";
import { type KeyPath, type ProblemDraft, type Problems, type SourceFile, warningAt } from "./problems.ts";
import type { Translation } from "./translation.ts";

/** A secret that the file refers to and the environment does not have. */
export interface MissingSecret {
  /** The variable's name. */
  readonly name: string;
  /** What it is for, e.g. `tracker.provider.api_key (tracker linear)`. */
  readonly purpose: string;
  readonly keys: KeyPath;
}

/** What the steps of one loading share. */
export interface Loading {
  readonly input: WorkflowInput;
  /** The workflow file. */
  readonly source: SourceFile;
  readonly problems: Problems;
  readonly warnings: WorkflowWarning[];
  /** Whose keys the file was written in. */
  readonly ancestor: Translation["ancestor"];
  readonly missing: MissingSecret[];
  readonly secrets: SecretRegistry;
  /** Of every `credential://` in the file: the secret, or why it cannot be had. */
  readonly credentials: ReadonlyMap<string, string | MaestroError>;
  readonly id: string;
  /** The project's folder, absolute: relative paths begin there. */
  readonly directory: string;
}

/** Adds a problem with the workflow file. */
export function report(loading: Loading, keys: KeyPath, draft: ProblemDraft): void {
  loading.problems.add(loading.source, keys, draft);
}

/** Adds a warning about a key of the workflow file. */
export function warn(loading: Loading, keys: KeyPath, message: string): void {
  loading.warnings.push(warningAt(loading.source, keys, message));
}
