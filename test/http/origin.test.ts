import { describe, expect, it } from "vitest";
import { isOurs } from "../../src/http/origin.ts";

const CASES: [bound: string, host: string | null, origin: string | null, ours: boolean][] = [
  ["127.0.0.1", "127.0.0.1:4000", null, true],
  ["127.0.0.1", "localhost:4000", null, true],
  ["127.0.0.1", "[::1]:4000", "http://[::1]:4000", true],
  ["127.0.0.1", "maestro.example:4000", null, false],
  ["127.0.0.1", null, null, false],
  ["127.0.0.1", "", null, false],
  ["127.0.0.1", "localhost:4000", "http://localhost:4000", true],
  ["127.0.0.1", "localhost:4000", "http://localhost:3000", false],
  ["127.0.0.1", "localhost:4000", "null", false],
  ["Builder.example", "builder.example:80", null, true],
  ["builder.example", "localhost", null, false],
  ["0.0.0.0", "any.example:4000", null, true],
  ["0.0.0.0", "any.example:4000", "http://other.example:4000", false],
];

describe("isOurs", () => {
  it.each(CASES)("bound to %s: host %s, origin %s is %s", (bound, host, origin, ours) => {
    const headers = new Headers();
    if (host !== null) headers.set("host", host);
    if (origin !== null) headers.set("origin", origin);
    expect(isOurs(headers, bound)).toBe(ours);
  });
});
