import type { SecretRegistry } from "../base/redact.ts";
import type { WorkflowInput } from "./input.ts";
import type { KeyPath, ProblemDraft, Problems, SourceFile } from "./problems.ts";

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
  readonly missing: MissingSecret[];
  readonly secrets: SecretRegistry;
  readonly id: string;
  /** The project's folder, absolute: relative paths begin there. */
  readonly directory: string;
}

/** Adds a problem with the workflow file. */
export function report(loading: Loading, keys: KeyPath, draft: ProblemDraft): void {
  loading.problems.add(loading.source, keys, draft);
}
