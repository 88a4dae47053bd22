import { MaestroError, systemCode, toMaestroError } from "../base/errors.ts";

const PASSING = new Set(["aborted", "deadline", "disk_full"]);
const FORBIDDEN = new Set(["EACCES", "EPERM", "EROFS"]);

/**
 * The error of a tracker or forge that keeps its data in files, for what went wrong with a file or its lock. All of them mean that
 * nothing was changed. `aborted`, `deadline`, `disk_full` and errors that carry a code of the axis already come back unchanged.
 */
export function outsideFileError(axis: "tracker" | "forge", error: unknown): MaestroError {
  const known = toMaestroError(error);
  if (known.code.startsWith(`${axis}_`) || PASSING.has(known.code)) return known;
  // No file was involved: a mistake in the code keeps its own name.
  if (known.code === "internal" && systemCode(error) === undefined) return known;
  const init = { message: known.message, facts: known.facts, cause: error };
  if (known.code === "lock_timeout") {
    return new MaestroError({ ...init, code: `${axis}_conflict`, retryable: true });
  }
  if (known.code === "lock_unavailable") return new MaestroError({ ...init, code: `${axis}_status`, hint: known.hint });
  // Our own errors have a code too; the system's is that of their cause.
  const system = systemCode(known.cause) ?? "";
  if (FORBIDDEN.has(system)) {
    const hint = "Give the user that runs Maestro the right to read and write there.";
    return new MaestroError({ ...init, code: `${axis}_auth`, hint });
  }
  return new MaestroError({ ...init, code: `${axis}_status`, retryable: true });
}
