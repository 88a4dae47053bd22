import { describe, expect, it } from "vitest";
import {
  abortedError,
  errorDocument,
  isMaestroError,
  MaestroError,
  sqliteCode,
  toMaestroError,
} from "../../src/base/errors.ts";

describe("toMaestroError", () => {
  it("returns a MaestroError unchanged", () => {
    const error = new MaestroError({ code: "x", message: "m" });
    expect(toMaestroError(error, "other")).toBe(error);
  });

  it.each(["ENOSPC", "EFBIG", "EDQUOT"])("calls %s a full disk, with a hint and the facts", (code) => {
    const error = toMaestroError(Object.assign(new Error("write failed"), { code, path: "/x", syscall: "write" }));
    expect(error).toMatchObject({ code: "disk_full", retryable: false, facts: { system_code: code, path: "/x" } });
    expect(error.hint).toContain("Free space");
  });

  it("sees SQLite's full disk, also behind an extended code and other errors", () => {
    const sqlite = Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
    expect(toMaestroError(sqlite).code).toBe("disk_full");
    expect(toMaestroError(new Error("query failed", { cause: sqlite })).code).toBe("disk_full");
    expect(sqliteCode({ errcode: 261 })).toBe(5);
  });

  it("survives a chain of causes that is a circle", () => {
    const error = new Error("a");
    error.cause = error;
    expect(toMaestroError(error, "fallback").code).toBe("fallback");
  });

  it("keeps the original as cause and works for anything thrown", () => {
    const cause = new TypeError("boom");
    expect(toMaestroError(cause).cause).toBe(cause);
    expect(toMaestroError(cause)).toMatchObject({ code: "internal", message: "boom" });
    for (const thrown of [null, undefined, 5, "", {}]) expect(toMaestroError(thrown).message).toContain("was thrown");
    expect(toMaestroError("text").message).toBe("text");
  });

  it("knows the platform's AbortError", () => {
    expect(toMaestroError(AbortSignal.abort().reason).code).toBe("aborted");
  });
});

describe("errorDocument", () => {
  it("holds what may leave the process and nothing else", () => {
    const error = new MaestroError({ code: "c", message: "m", hint: "h", facts: { a: 1 }, cause: new Error("secret") });
    expect(errorDocument(error)).toEqual({ code: "c", message: "m", hint: "h", retryable: false, facts: { a: 1 } });
    expect(errorDocument(new Error("m"))).toEqual({ code: "internal", message: "m", retryable: false, facts: {} });
  });
});

describe("abortedError", () => {
  it("says why", () => {
    expect(abortedError(AbortSignal.abort("shutting down")).message).toContain("shutting down");
    expect(abortedError(AbortSignal.abort())).toMatchObject({ code: "aborted", facts: { reason: "aborted" } });
  });
});

it("isMaestroError tells ours from others", () => {
  expect(isMaestroError(new MaestroError({ code: "c", message: "m" }))).toBe(true);
  expect(isMaestroError({ code: "c", message: "m" })).toBe(false);
});
