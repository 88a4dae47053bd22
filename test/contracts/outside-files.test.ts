import { describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import { outsideFileError } from "../../src/contracts/outside-files.ts";

const system = (code: string) => Object.assign(new Error(code), { code });
const maestro = (code: string, cause?: unknown) => new MaestroError({ code, message: code, cause });

describe("outsideFileError", () => {
  it.each([
    ["a lock that was not free in time", maestro("lock_timeout"), "tracker_conflict", true],
    ["a lock that cannot be used", maestro("lock_unavailable"), "tracker_status", false],
    ["no right to read", system("EACCES"), "tracker_auth", false],
    ["no right to write, one level down", maestro("file_write_failed", system("EROFS")), "tracker_auth", false],
    ["any other trouble", system("EIO"), "tracker_status", true],
    ["a full disk", system("ENOSPC"), "disk_full", false],
  ])("names %s", (_, error, code, retryable) => {
    expect(outsideFileError("tracker", error)).toMatchObject({ code, retryable });
  });

  it.each(["tracker_not_found", "aborted", "deadline"])("passes %s on", (code) => {
    const error = maestro(code);
    expect(outsideFileError("tracker", error)).toBe(error);
  });

  it("leaves a mistake in the code what it is", () => {
    expect(outsideFileError("forge", new TypeError("x is undefined")).code).toBe("internal");
  });

  it("speaks for the axis that asks", () => {
    expect(outsideFileError("forge", maestro("lock_timeout")).code).toBe("forge_conflict");
    expect(outsideFileError("forge", maestro("tracker_not_found")).code).toBe("forge_status");
  });
});
