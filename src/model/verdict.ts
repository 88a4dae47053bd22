/**
 * A decision with its reason. The same pair goes to the event, the log, the API and `maestro explain`.
 * Codes are stable, snake_case and never reused; the sentence is for people and may change.
 */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
}

/** A reason from its parts. */
export function reason(code: string, sentence: string): Reason {
  return { code, sentence };
}

/** A yes or a no, each with its reason. */
export interface Verdict extends Reason {
  readonly ok: boolean;
}

/** A yes. */
export function allow(code: string, sentence: string): Verdict {
  return { ok: true, code, sentence };
}

/** A no. */
export function refuse(code: string, sentence: string): Verdict {
  return { ok: false, code, sentence };
}
