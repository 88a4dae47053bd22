/** An error of GitHub's GraphQL: it has a `type` beside its message. */
export class Failure extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export function unresolved(what: string): Failure {
  return new Failure("NOT_FOUND", `Could not resolve to ${what}.`);
}
