/** Why a request has no answer: the service's own words, or that nobody answered. */
export class ApiProblem extends Error {
  /** The HTTP status; 0 when nobody answered. */
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;

  constructor(status: number, code: string, message: string, hint: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }

  /** Whether the service no longer knows this page. */
  get isSessionGone(): boolean {
    return this.status === 401;
  }
}

/** Whatever was thrown, as a problem that can be shown. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(0, "unreachable", "The service does not answer.");
}
