import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SecretRegistry } from "../../src/base/redact.ts";

const secret = fc
  .string({ unit: fc.constantFrom(..."abcXYZ019+/=-_.~!'()* \"\\\n%&漢"), minLength: 6, maxLength: 30 })
  .filter((value) => !"[REDACTED:token]".includes(value));
const around = fc.string({ maxLength: 12 });

function registry(...values: string[]): SecretRegistry {
  const secrets = new SecretRegistry();
  for (const value of values) secrets.register("token", value);
  return secrets;
}

describe("SecretRegistry", () => {
  it("lets no plain, JSON-escaped or URL-encoded form through (property)", () => {
    fc.assert(
      fc.property(secret, around, around, (value, before, after) => {
        const secrets = registry(value);
        const forms = [
          value,
          JSON.stringify(value).slice(1, -1),
          encodeURIComponent(value),
          new URLSearchParams({ v: value }).toString().slice(2),
        ];
        for (const form of forms) {
          const redacted = secrets.redact(`${before} ${form} ${after}`);
          expect(redacted).toContain("[REDACTED:token]");
          expect(redacted.split("[REDACTED:token]").join("")).not.toContain(form);
        }
      }),
    );
  });

  it("finds a value inside any longer base64 text (property)", () => {
    fc.assert(
      fc.property(secret, around, around, (value, before, after) => {
        const bytes = Buffer.from(before + value + after);
        for (const encoding of ["base64", "base64url"] as const) {
          expect(registry(value).redact(bytes.toString(encoding))).toContain("[REDACTED:token]");
        }
      }),
    );
  });

  it("masks a basic authorization header, with the name of the secret", () => {
    const secrets = new SecretRegistry();
    secrets.register("GITHUB TOKEN", "ghp_0123456789abcdef");
    const header = `Basic ${Buffer.from("x-access-token:ghp_0123456789abcdef").toString("base64")}`;
    expect(secrets.redact(header)).toMatch(/^Basic \S+\[REDACTED:GITHUB_TOKEN\]/);
  });

  it("prefers the longer of two values and keeps old ones", () => {
    const secrets = new SecretRegistry();
    secrets.register("short", "abcdef");
    secrets.register("long", "abcdefghi");
    secrets.register("long", "replaced-by");
    secrets.register("again", "abcdef");
    expect(secrets.redact("abcdefghi abcdef replaced-by")).toBe("[REDACTED:long] [REDACTED:short] [REDACTED:long]");
    expect(secrets.values()).toBe(3);
  });

  it("masks each of some hundred values by its own name, the longer of two first", () => {
    const secrets = new SecretRegistry();
    const values = Array.from({ length: 300 }, (_, at) => `value-${String(at).padStart(4, "0")}-of-a-secret`);
    for (const [at, value] of values.entries()) secrets.register(`s${at}`, value);
    secrets.register("long", `${values[7]}-and-more`);
    const text = secrets.redact([...values, `${values[7]}-and-more`].join(" "));
    expect(text.split(" ")).toEqual([...values.map((_, at) => `[REDACTED:s${at}]`), "[REDACTED:long]"]);
  });

  it("ignores short values and costs nothing when empty", () => {
    const secrets = registry("12345", "");
    const value = { text: "12345" };
    expect(secrets.values()).toBe(0);
    expect(secrets.redactValue(value)).toEqual(value);
    expect(secrets.redact("12345")).toBe("12345");
  });

  it("reaches every string and key inside a value", () => {
    const value = { hunter2hunter2: [1, null, true, { url: "https://x/?t=hunter2hunter2" }] };
    expect(registry("hunter2hunter2").redactValue(value)).toEqual({
      "[REDACTED:token]": [1, null, true, { url: "https://x/?t=[REDACTED:token]" }],
    });
  });

  it("keeps a JSON line JSON", () => {
    const value = 'a"b\\c\nd-secret';
    const line = registry(value).redact(JSON.stringify({ text: value, nested: JSON.stringify({ value }) }));
    expect(JSON.parse(line)).toEqual({ text: "[REDACTED:token]", nested: '{"value":"[REDACTED:token]"}' });
  });

  it("masks what has the form of a well-known credential, also behind an escape, and nothing that only begins like one", () => {
    const secrets = registry();
    const token = `ghp_${"a1".repeat(18)}`;
    expect(secrets.redact(JSON.stringify({ text: `found:\n${token}` }))).toBe(
      '{"text":"found:\\n[REDACTED:github_token]"}',
    );
    expect(secrets.redact(`https://me:${"x".repeat(12)}@host/path`)).toBe(
      "https://me:[REDACTED:url_password]@host/path",
    );
    const harmless = "task-0123456789abcdef0123456789abcdef npm_config ghp_short https://host:8080/path@2";
    expect(secrets.redact(harmless)).toBe(harmless);
    expect(secrets.holds(token)).toBe(false);
  });

  it("masks what a pattern of the user matches, keeps JSON readable, and says what is wrong with one", () => {
    const secrets = registry();
    expect(secrets.registerPattern('pass"?[=:].*')).toBeNull();
    expect(secrets.redact('pass="hunter"')).toBe("[REDACTED:pattern]");
    expect(JSON.parse(secrets.redact('{"a":"pass=1","b":"c"}'))).toEqual({ a: "[REDACTED:pattern]", b: "c" });
    expect(secrets.registerPattern("(")).toContain("is no regular expression");
    expect(secrets.registerPattern("x*")).toBe("matches the empty text");
  });

  it("masks a value that a process is lent, and does not count it as one that nobody may have", () => {
    const secrets = new SecretRegistry();
    secrets.register("LENT", "value-lent", { isLent: true });
    expect([secrets.redact("value-lent"), secrets.holds("value-lent")]).toEqual(["[REDACTED:LENT]", false]);
    secrets.register("OWN", "value-lent");
    expect(secrets.holds("value-lent")).toBe(true);
  });
});
