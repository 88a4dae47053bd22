import { expect, it } from "vitest";
import { sameBreath, sharedScan } from "../../../src/runtimes/local/shared-scan.ts";

function slowScan() {
  const pending: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  const scan = sharedScan(() => new Promise<number>((resolve, reject) => pending.push({ resolve, reject })));
  return { scan, pending };
}

it("serves those who ask during a scan by one later scan, never by the running one", async () => {
  const { scan, pending } = slowScan();
  const first = scan();
  const later = [scan(), scan()];
  expect(pending).toHaveLength(1);
  pending[0]?.resolve(1);
  expect(await first).toBe(1);
  await Promise.resolve();
  pending[1]?.resolve(2);
  expect(await Promise.all(later)).toEqual([2, 2]);
  expect(pending).toHaveLength(2);
});

it("scans anew after a scan that failed", async () => {
  const { scan, pending } = slowScan();
  const first = scan();
  const second = scan();
  pending[0]?.reject(new Error("no /proc"));
  await expect(first).rejects.toThrow("no /proc");
  await Promise.resolve();
  pending[1]?.resolve(2);
  expect(await second).toBe(2);
});

it("scans at once when nothing is under way", async () => {
  let scans = 0;
  const scan = sharedScan(async () => {
    scans += 1;
    return scans;
  });
  expect([await scan(), await scan()]).toEqual([1, 2]);
});

it("answers those who ask in one breath together, and nobody after", async () => {
  let asked = 0;
  const ask = sameBreath(async () => {
    asked += 1;
    return asked;
  });
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
  expect(await ask()).toBe(2);
});
