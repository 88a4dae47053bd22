import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { processStartMarker } from "../../src/base/process-probe.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemClock } from "../../src/base/clock.ts";
import { AccountBook } from "../../src/governance/accounts/book.ts";
import type { AccountEntry } from "../../src/governance/accounts/entry.ts";
import { SharedAccounts } from "../../src/governance/accounts/shared-accounts.ts";

const entry = (id: string, more: Partial<AccountEntry> = {}): AccountEntry => ({
  ...{ kind: "codex", id, enabled: true, login: "own", variable: null, email: null },
  ...{ limit: 1, cooldownMs: null, dailyTokens: null, createdAt: 1, verified: null },
  ...more,
});

async function ground() {
  const folder = mkdtempSync(join(tmpdir(), "maestro-accounts-"));
  const file = join(folder, "home", "accounts.db");
  const opened: { close(): void }[] = [];
  onTestFinished(() => {
    for (const one of opened) one.close();
    rmSync(folder, { recursive: true });
  });
  const clock = { at: 1_800_000_000_000 };
  const now = { ...systemClock(), now: () => clock.at };
  const keep = <T extends { close(): void }>(one: T): T => {
    opened.push(one);
    return one;
  };
  return {
    file,
    clock,
    book: async () => keep(await AccountBook.open(file, now)),
    service: async (workflowId: string) =>
      keep(await SharedAccounts.open({ file, workflowId, cooldownMs: () => 0, clock: now, log: silentLog })),
  };
}

const lease = (workId: string, id = "a") => ({ workId, kind: "codex", id, laneId: "lane_1", run: 1, limit: null });

describe("accounts that several services share", () => {
  test("lie in a file for their user alone", async () => {
    const { book, file } = await ground();
    await book();
    expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
    expect((statSync(join(file, "..")).mode & 0o777).toString(8)).toBe("700");
  });

  test("are used no more often than they may be, by all services together", async () => {
    const { book, service } = await ground();
    const [one, other] = [await service("shop"), await service("site")];
    (await book()).put(entry("a"));
    expect([one.lease(lease("w1")), other.lease(lease("w2")), one.lease(lease("w1"))]).toEqual([true, false, true]);
    expect(other.standing()).toMatchObject([{ id: "a", leases: 1 }]);
    one.release("w1");
    expect(other.standing()).toMatchObject([{ id: "a", leases: 0 }]);
    expect(other.lease(lease("w2"))).toBe(true);
  });

  test("are not used once they are switched off or gone", async () => {
    const { book, service } = await ground();
    const one = await service("shop");
    const shared = await book();
    shared.put(entry("a", { enabled: false }));
    expect([one.lease(lease("w1")), one.lease(lease("w2", "b"))]).toEqual([false, false]);
  });

  test("show a pause of one service to the others at once; a person's word ends it", async () => {
    const { book, service, clock } = await ground();
    const [one, other] = [await service("shop"), await service("site")];
    const pause = { account: "codex/a", at: clock.at, until: clock.at + 9e6, published: true, strikes: 0 };
    await one.pause({ ...pause, code: "capacity", sentence: "Too many." });
    expect(other.known()).toMatchObject([{ account: "codex/a", until: clock.at + 9e6 }]);
    await other.pause({ ...pause, at: clock.at - 5, until: 5, code: "capacity", sentence: "An older word." });
    expect(one.known()).toMatchObject([{ until: clock.at + 9e6 }]);
    clock.at += 10;
    const shared = await book();
    expect([shared.resume("codex/a"), shared.resume("codex/a")]).toEqual([true, false]);
    expect(other.known()).toMatchObject([{ code: "resumed_by_person", until: clock.at }]);
  });

  test("are freed of what dead processes held, and of what an earlier service of the same workflow held", async () => {
    const { book, service } = await ground();
    const shared = await book();
    shared.put(entry("a", { limit: 9 }));
    const marker = (await processStartMarker(process.pid)) ?? "";
    const row = { kind: "codex", id: "a", laneId: "l", run: 1, pid: process.pid, marker, takenAt: 1 };
    shared.lease({ ...row, workId: "lives", workflowId: "other" }, null);
    shared.lease({ ...row, workId: "same id, other process", workflowId: "other", marker: "linux:x:1" }, null);
    shared.lease({ ...row, workId: "gone", workflowId: "other", pid: 2 ** 22 - 1, marker: "linux:x:2" }, null);
    shared.lease({ ...row, workId: "before", workflowId: "shop" }, null);
    await service("shop");
    expect(shared.leases().map(({ workId }) => workId)).toEqual(["lives"]);
  });

  test("rest after a run, and know what was used today by all workflows", async () => {
    const { book, service, clock } = await ground();
    const shared = await book();
    shared.put(entry("a", { cooldownMs: 60_000 }));
    const one = await service("shop");
    one.lease(lease("w1"));
    one.release("w1");
    expect(one.standing()).toMatchObject([{ coolsUntil: clock.at + 60_000 }]);
    shared.use("codex/a", "2027-01-15", "shop", { tokens: 5, nanoUsd: 1, sessions: 1 });
    shared.use("codex/a", "2027-01-15", "shop", { tokens: 7, nanoUsd: 1, sessions: 1 });
    shared.use("codex/a", "2027-01-15", "site", { tokens: 10, nanoUsd: 2, sessions: 1 });
    shared.hear("codex/a", [{ window: "primary", usedShare: 0.5, resetAt: null }]);
    clock.at += 60_000;
    expect(one.standing()).toMatchObject([
      { coolsUntil: null, tokensToday: 17, windows: [{ window: "primary", usedShare: 0.5 }] },
    ]);
  });
});
