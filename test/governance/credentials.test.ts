import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { CredentialStore } from "../../src/governance/credentials/store.ts";

const SECRET = "sk-test-0123456789abcdef";
const KEY = Buffer.alloc(32, 7).toString("base64");
const OTHER = Buffer.alloc(32, 9).toString("hex");

function ground() {
  const home = join(mkdtempSync(join(tmpdir(), "maestro-credentials-")), "home");
  onTestFinished(() => rmSync(join(home, ".."), { recursive: true }));
  const secrets = new SecretRegistry();
  const open = (environment: Record<string, string> = {}): CredentialStore =>
    new CredentialStore({ home, environment, secrets, clock: systemClock() });
  const file = join(home, "credentials", "credentials.json");
  return { home, open, secrets, file };
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe("the credential store", () => {
  test("keeps a secret sealed, for its user alone, and has it masked from then on", async () => {
    const { home, open, file, secrets } = ground();
    await open().write("codex", "work", SECRET);
    expect(await open().read("codex", "work")).toBe(SECRET);
    expect(await open().read("codex", "play")).toBeNull();
    const key = join(home, "credentials.key");
    expect([file, key, join(file, ".."), home].map(modeOf)).toEqual(["600", "600", "700", "700"]);
    expect(readFileSync(file, "utf8")).not.toContain(SECRET);
    expect(secrets.redact(`it is ${SECRET}`)).toBe("it is [REDACTED:codex_work]");
    expect(secrets.redact(readFileSync(key, "utf8").trim())).toBe("[REDACTED:MAESTRO_CREDENTIALS_KEY]");
  });

  test("seals each record by a nonce of its own, and opens none that was changed or moved", async () => {
    const { open, file } = ground();
    await open().write("codex", "a", SECRET);
    await open().write("codex", "b", SECRET);
    const kept = JSON.parse(readFileSync(file, "utf8"));
    const [a, b] = kept.credentials;
    expect([a.nonce === b.nonce, a.data === b.data]).toEqual([false, false]);
    writeFileSync(file, JSON.stringify({ ...kept, credentials: [{ ...b, id: "a" }, b] }));
    await expect(open().read("codex", "a")).rejects.toMatchObject({ code: "credentials_damaged" });
    expect(await open().read("codex", "b")).toBe(SECRET);
    const bent = { ...b, data: Buffer.from("x").toString("base64") };
    writeFileSync(file, JSON.stringify({ ...kept, credentials: [bent] }));
    await expect(open().read("codex", "b")).rejects.toMatchObject({ code: "credentials_damaged" });
  });

  test("says once and plainly that its key is another one, is gone, or is none", async () => {
    const { home, open } = ground();
    await open({ MAESTRO_CREDENTIALS_KEY: KEY }).write("github", "bot", SECRET);
    expect(await open({ MAESTRO_CREDENTIALS_KEY: KEY }).read("github", "bot")).toBe(SECRET);
    for (const [environment, code] of [
      [{ MAESTRO_CREDENTIALS_KEY: OTHER }, "credentials_key_wrong"],
      [{}, "credentials_key_missing"],
      [{ MAESTRO_CREDENTIALS_KEY: "secret" }, "credentials_key_invalid"],
    ] as const) {
      await expect(open({ ...environment }).read("github", "bot")).rejects.toMatchObject({ code });
      await expect(open({ ...environment }).write("github", "new", SECRET)).rejects.toMatchObject({ code });
    }
    writeFileSync(join(home, "credentials", "credentials.json"), "{}");
    await expect(open().read("github", "bot")).rejects.toMatchObject({ code: "credentials_invalid" });
  });

  test("changes its key, also to another place; the old one opens nothing any more", async () => {
    const { home, open } = ground();
    await open().write("codex", "work", SECRET);
    const before = readFileSync(join(home, "credentials.key"), "utf8");
    const { keyId } = await open().rotate();
    const after = readFileSync(join(home, "credentials.key"), "utf8");
    expect(after.trim().split("\n")).toHaveLength(1);
    expect(after).not.toBe(before);
    expect(await open().read("codex", "work")).toBe(SECRET);
    const environment = { MAESTRO_CREDENTIALS_KEY: KEY };
    expect(await open(environment).rotate("environment")).toMatchObject({ keyIn: "environment", count: 1 });
    expect(await open(environment).describe()).not.toMatchObject({ keyId });
    await open({ ...environment, MAESTRO_CREDENTIALS_KEY_NEXT: OTHER }).rotate();
    await expect(open(environment).read("codex", "work")).rejects.toMatchObject({ code: "credentials_key_wrong" });
    expect(await open({ MAESTRO_CREDENTIALS_KEY: OTHER }).read("codex", "work")).toBe(SECRET);
  });

  test("opens with either key when a rotation was broken off between them", async () => {
    const { home, open } = ground();
    await open().write("codex", "work", SECRET);
    const key = join(home, "credentials.key");
    // As it is once the new key is kept and nothing is sealed with it.
    writeFileSync(key, `${KEY}\n${readFileSync(key, "utf8")}`);
    expect(await open().read("codex", "work")).toBe(SECRET);
  });

  test("loses nothing of what several write at once", async () => {
    const { open } = ground();
    const names = Array.from({ length: 8 }, (_, at) => `a${at}`);
    await Promise.all(names.map((name) => open().write("codex", name, `${SECRET}-${name}`)));
    const read = await Promise.all(names.map((name) => open().read("codex", name)));
    expect(read).toEqual(names.map((name) => `${SECRET}-${name}`));
  });

  test("keeps its key in the keyring where one is, never in an argument or a file", async () => {
    const { home, open } = ground();
    const kept = join(home, "..", "kept");
    const calls = join(home, "..", "calls");
    const tool = join(home, "..", "secret-tool");
    writeFileSync(
      tool,
      `#!/bin/sh\necho "$@" >> ${calls}\nif [ "$1" = store ]; then cat > ${kept}; else [ -f ${kept} ] && cat ${kept} || exit 1; fi\n`,
    );
    chmodSync(tool, 0o700);
    const PATH = `${join(home, "..")}:${process.env.PATH}`;
    const environment = { PATH, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" };
    await open(environment).write("codex", "work", SECRET);
    expect(await open(environment).read("codex", "work")).toBe(SECRET);
    expect(await open(environment).describe()).toMatchObject({ keyIn: "keyring", count: 1 });
    expect(readFileSync(calls, "utf8")).not.toContain(readFileSync(kept, "utf8").trim());
    await expect(open().read("codex", "work")).rejects.toMatchObject({ code: "keyring_missing" });
    expect(await open(environment).rotate("file")).toMatchObject({ keyIn: "file" });
    expect(await open().read("codex", "work")).toBe(SECRET);
  });
});
