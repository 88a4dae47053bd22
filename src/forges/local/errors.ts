import { MaestroError } from "../../base/errors.ts";

/** There is no such branch to merge into. */
export function noBranch(branch: string): MaestroError {
  return new MaestroError({
    code: "forge_not_found",
    message: `There is no branch ${branch} to merge into.`,
    facts: { branch },
  });
}

/** The default branch stays. */
export function protectedBranch(branch: string): MaestroError {
  return new MaestroError({
    code: "forge_status",
    message: `${branch} is the repository's default branch and is not deleted.`,
    facts: { branch },
  });
}

/** Somebody else kept moving the same branches. */
export function contested(what: string): MaestroError {
  return new MaestroError({
    code: "forge_conflict",
    message: `The branches of ${what} moved each time they were about to be changed.`,
    retryable: true,
    facts: { subject: what },
  });
}
